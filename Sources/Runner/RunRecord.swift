import Crypto
import Foundation
import MoCAProtocols

/// What stands in `run.yaml` beside the configuration: digests, versions, machine.
public struct RunRecord: Sendable {
  /// The version of this program.
  public static let programVersion = "0.1.0"

  /// The versions of this program and of libtorch, as metric cards and builds state them.
  package static var programDescription: String { "MoCA \(programVersion), libtorch \(Runtime.version)" }

  /// The key of the record in `run.yaml`; the rest of the file is the configuration.
  static let key = "run"

  /// The record as configuration.
  public let tree: ConfigurationValue

  /// The record of `run.yaml`, or `nil` where the file has none.
  init?(in file: ConfigurationValue) {
    guard let tree = file[Self.key] else { return nil }
    self.tree = tree
  }

  /// Describes a run that is about to start.
  init(state: TrainingState, data: DataSource, orderDigest: String, totalSteps: Int) {
    tree = .object([
      .init("version", .string(Self.programVersion)),
      .init("libtorch", .string(Runtime.version)),
      .init("device", .string("\(state.device)")),
      .init("threads", .integer(Runtime.threadCount)),
      .init("machine", .string(Self.machine)),
      .init("steps", .integer(totalSteps)),
      .init("parameters", .integer(state.model.parameterCount)),
      .init("weightInCommonUnit", state.commonWeight.map { .number($0) } ?? .string("auto")),
      .init(
        "imageShape",
        .list(
          [data.images.shape.channels, data.images.shape.height, data.images.shape.width]
            .map { .integer($0) })),
      .init("trainingImages", .integer(data.split.training.count)),
      .init("heldOutImages", .integer(data.split.heldOut.count)),
      .init("dataDigest", .string(data.images.digest)),
      .init("weightDigest", .string(Self.digest(of: state.model))),
      .init("orderDigest", .string("sha256:" + orderDigest)),
    ])
  }

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
    var hash = SHA256()
    for tensor in module.namedTensors() {
      hash.update(data: Data("\(tensor.name) \(tensor.tensor.dtype) \(tensor.tensor.shape)\n".utf8))
      hash.update(data: tensor.tensor.data)
    }
    return "sha256:" + hash.finalize().map { String(format: "%02x", $0) }.joined()
  }

  private static var machine: String {
    let info = ProcessInfo.processInfo
    return "\(info.operatingSystemVersionString), \(info.activeProcessorCount) cores"
  }
}
