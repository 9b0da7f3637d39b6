import Files
import Foundation

/// The weights that come with this package.
public enum ShippedWeights {
  /// The folder that a build puts beside the executable.
  private static let bundle = "MoCA_Extractors.resources"

  /// The file called `name`: beside the executable, following links.
  ///
  /// - Throws: ``ShippedWeightsError`` with the places that were looked at.
  public static func url(named name: String) throws -> URL {
    let places = folders.map { $0.appendingPathComponent("Weights/\(name)") }
    guard let url = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
      throw ShippedWeightsError(name: name, places: places.map(\.path))
    }
    return url
  }

  private static var folders: [URL] {
    let beside = executableFolders.map { $0.appendingPathComponent(bundle) }
    #if os(macOS)
      return beside + [Bundle.module.bundleURL]  // tests there run inside another program
    #else
      return beside  // `Bundle.module` would stop the program where the folder is not there
    #endif
  }

  private static var executableFolders: [URL] {
    let executable = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    let start = Bundle.main.bundleURL
    return executable.map { $0.path == start.path ? [$0] : [$0, start] } ?? [start]
  }
}

/// Weights that should have come with the package are not there.
public struct ShippedWeightsError: Fault, Equatable {
  /// The file.
  public let name: String
  /// Where it was looked for.
  public let places: [String]

  public var description: String {
    "the weights \(name) that come with this program were not found (looked at \(places.joined(separator: ", "))); "
      + "copy the folder MoCA_Extractors.resources beside the executable, or name a file of weights"
  }

  public var fault: FaultKind { .data }
}
