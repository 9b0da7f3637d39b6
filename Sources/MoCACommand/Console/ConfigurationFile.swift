import Ablation
import Files
import Foundation
import MoCAProtocols

/// A YAML file of differences from the defaults.
enum ConfigurationFile {
  /// Reads a whole file, without the record that a `run.yaml` has: one run's file starts another.
  static func read(_ path: String) throws -> ConfigurationValue {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw StorageError.missing(path: path, what: "configuration file")
    }
    if isFolder.boolValue { throw Failure(.usage, "\(path) is a folder; give a YAML file") }
    do {
      var tree = try ConfigurationValue(yaml: String(contentsOfFile: path, encoding: .utf8))
      tree["run"] = nil
      return tree
    } catch ConfigurationError.unreadable(let reason) {
      throw Failure(.usage, "\(path) is not valid YAML: \(reason)")
    } catch let error as CocoaError {
      throw Failure(.usage, "\(path) cannot be read as text: \(error.localizedDescription)")
    }
  }

  /// Reads what concerns one run: not the matrix that a file may describe as well.
  static func experiment(_ path: String) throws -> ConfigurationValue {
    var tree = try read(path)
    tree[AblationRequest.key] = nil
    return tree
  }
}
