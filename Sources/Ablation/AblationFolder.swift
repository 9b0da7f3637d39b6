import Files
import Foundation
import PluginKit

/// The folder of an ablation: a matrix of runs and how each ended.
///
/// ```
/// ablation.yaml               axes, cells, evaluation, threads, build
/// configurations/NAME.yaml    the whole configuration of a cell
/// cells/NAME/                 its run folder
/// claims/NAME                 who works on it
/// outcomes/NAME.json          how it ended
/// logs/NAME.log               what its processes said
/// report.html
/// ```
public struct AblationFolder: Sendable {
  /// The file that makes a folder an ablation.
  public static let definitionName = "ablation.yaml"

  /// The folder itself.
  public let url: URL
  /// What `ablation.yaml` says.
  public let definition: AblationDefinition

  /// Opens an ablation to read it; processes may be working on it.
  ///
  /// - Throws: `StorageError`; `ConfigurationError` where `ablation.yaml` cannot be read.
  public init(opening url: URL) throws {
    self.url = URL(fileURLWithPath: url.path)
    let file = url.appendingPathComponent(Self.definitionName)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw StorageError.missing(path: url.path, what: "folder of an ablation")
    }
    guard Self.isAblation(url) else {
      throw StorageError.unmarked(
        path: url.path, kind: "an ablation", marker: Self.definitionName, advice: "give the folder of one")
    }
    do {
      let text = try String(contentsOf: file, encoding: .utf8)
      definition = try AblationDefinition(ConfigurationValue(yaml: text), path: file.path)
    } catch let error as CocoaError {
      throw StorageError.disk(path: file.path, reason: error.localizedDescription)
    }
  }

  /// Whether a folder holds an ablation.
  public static func isAblation(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.appendingPathComponent(definitionName).path)
  }

  /// The run folder of a cell; it is there once the cell has started.
  public func runURL(of cell: AblationCell) -> URL { place("cells", cell.name) }
  /// The whole configuration of a cell.
  public func configurationURL(of cell: AblationCell) -> URL { place("configurations", cell.name + ".yaml") }
  /// Who works on a cell.
  public func claimURL(of cell: AblationCell) -> URL { place("claims", cell.name) }
  /// How a cell ended.
  public func outcomeURL(of cell: AblationCell) -> URL { place("outcomes", cell.name + ".json") }
  /// What the processes of a cell said.
  public func logURL(of cell: AblationCell) -> URL { place("logs", cell.name + ".log") }
  /// The report in HTML.
  public var reportURL: URL { url.appendingPathComponent("report.html") }

  /// How a cell ended; `nil` where it has not, or where what stands there is of another key.
  ///
  /// - Throws: `StorageError` where the file is there and cannot be read.
  public func outcome(of cell: AblationCell) throws -> CellOutcome? {
    let url = outcomeURL(of: cell)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    do {
      let outcome = try JSONDecoder().decode(CellOutcome.self, from: Data(contentsOf: url))
      return outcome.key == cell.key ? outcome : nil
    } catch {
      throw StorageError.disk(
        path: url.path, reason: "cannot be read as a cell's outcome; remove it to run the cell again")
    }
  }

  private func place(_ folder: String, _ name: String) -> URL {
    url.appendingPathComponent(folder, isDirectory: true).appendingPathComponent(name)
  }
}
