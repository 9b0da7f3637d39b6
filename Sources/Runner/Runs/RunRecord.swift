import Files
import Foundation
import MoCAProtocols

/// What stands in `run.yaml` beside the configuration: digests, versions, machine.
public struct RunRecord: Sendable {
  /// The version of this program.
  public static let programVersion = "0.1.0"

  /// This program and the libtorch that it runs with, as in `MoCA 0.1.0, libtorch 2.13.0`.
  public static var program: String { "MoCA \(programVersion), libtorch \(Runtime.version)" }

  /// The key of the record in `run.yaml`; the rest of the file is the configuration.
  package static let key = "run"

  /// The record as configuration.
  public let tree: ConfigurationValue

  /// The record of `run.yaml`, or `nil` where the file has none.
  init?(in file: ConfigurationValue) {
    guard let tree = file[Self.key] else { return nil }
    self.tree = tree
  }

  init(_ tree: ConfigurationValue) { self.tree = tree }

  /// The digest of the data that the run was trained on.
  public var dataDigest: String? { tree["dataDigest"]?.text }

  /// The shape of the images.
  public var imageShape: ImageShape? {
    guard case .list(let sizes)? = tree["imageShape"], sizes.count == 3 else { return nil }
    let values = sizes.compactMap(\.int)
    return values.count == 3 ? ImageShape(channels: values[0], height: values[1], width: values[2]) : nil
  }

  /// SHA-256 over the names and bytes of a module's state.
  public static func digest(of module: any Module) -> String {
    let digest = Digest()
    for tensor in module.namedTensors() {
      digest.update("\(tensor.name) \(tensor.tensor.dtype) \(tensor.tensor.shape)\n")
      digest.update(tensor.tensor.data)
    }
    return digest.text()
  }

  static var machine: String {
    let info = ProcessInfo.processInfo
    return "\(info.operatingSystemVersionString), \(info.activeProcessorCount) cores"
  }
}
