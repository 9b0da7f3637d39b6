import Files
import Foundation
import MoCAProtocols

/// A file of weights that does not say what kind of classifier it holds.
public enum ClassifierWeightsError: Fault, Equatable {
  /// A key of the metadata is absent or cannot be read.
  case unreadable(path: String, key: String, found: String?)
  /// The file holds another network than the extractor needs.
  case wrongKind(path: String, found: String, needed: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let key, let found):
      "\(path) does not say what classifier it holds: the metadata \"\(key)\" is "
        + (found.map { "\"\($0.inMessage())\", which cannot be read" } ?? "absent")
    case .wrongKind(let path, let found, let needed):
      "\(path) holds a classifier of \(found), needed is \(needed); use the extractor \"classifier\" for weights of "
        + "your own"
    }
  }

  public var fault: FaultKind { .data }
}

extension ClassifierDescription {
  private static let architecture = "residual-classifier/1"

  /// What a file says about the network: architecture, shape, width and classes.
  var metadata: [String: String] {
    [
      "architecture": Self.architecture, "shape": "\(shape.channels),\(shape.height),\(shape.width)",
      "width": "\(width)", "classes": ConfigurationValue.list(classes.map(ConfigurationValue.string)).json,
    ]
  }

  /// The description in a file's metadata.
  ///
  /// - Throws: ``ClassifierWeightsError/unreadable(path:key:found:)``, `ConfigurationError`.
  public init(metadata: [String: String], path: String) throws {
    func value<Value>(_ key: String, _ read: (String) -> Value?) throws -> Value {
      guard let text = metadata[key], let value = read(text) else {
        throw ClassifierWeightsError.unreadable(path: path, key: key, found: metadata[key])
      }
      return value
    }
    _ = try value("architecture") { $0 == Self.architecture ? $0 : nil }
    let sizes = try value("shape") { text -> [Int]? in
      let sizes = text.split(separator: ",").compactMap { Int($0) }
      return sizes.count == 3 ? sizes : nil
    }
    let classes = try value("classes") { text in
      try? JSONDecoder().decode([String].self, from: Data(text.utf8))
    }
    try self.init(
      shape: ImageShape(channels: sizes[0], height: sizes[1], width: sizes[2]),
      width: try value("width") { Int($0) }, classes: classes)
  }
}

extension ClassifierTraining {
  /// Writes the network as safetensors, with what it is and how it was trained in the metadata.
  ///
  /// - Parameters:
  ///   - url: The file; it is replaced.
  ///   - dataset: What the images are, in words.
  ///   - digest: The digest of the images.
  ///   - accuracy: What ``run(report:)`` returned.
  /// - Throws: `SafetensorsError`.
  public func write(to url: URL, dataset: String, digest: String, accuracy: Double) throws {
    var record = ConfigurationValue.empty
    record["dataset"] = .string(dataset)
    record["digest"] = .string(digest)
    record["trainingImages"] = .integer(trainingCount)
    record["heldOutImages"] = .integer(heldOutCount)
    record["heldOutAccuracy"] = .number(accuracy)
    record["settings"] = configuration.tree
    record["libtorch"] = .string(Runtime.version)
    record["threads"] = .integer(Runtime.threadCount)
    var metadata = network.description.metadata
    metadata["training"] = record.json
    try Safetensors.write(
      network.namedTensors().map { $0.tensor.record(named: $0.name) }, metadata: metadata, to: url)
  }
}
