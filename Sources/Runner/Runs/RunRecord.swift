import Files
import Foundation
import MoCAProtocols

/// What stands in `run.yaml` beside the configuration: digests, versions, machine.
///
/// What a file does not state, or states as something else than it should be, is `nil`: a record is shown and compared as
/// far as it goes.
public struct RunRecord: Codable, Sendable, Equatable {
  /// The version of this program.
  public internal(set) var version: String?
  /// The version of libtorch.
  public internal(set) var libtorch: String?
  /// Where tensors lived.
  public internal(set) var device: String?
  /// Threads of an operation.
  public internal(set) var threads: Int?
  /// The operating system and the number of cores.
  public internal(set) var machine: String?
  /// Steps that the whole run takes.
  public internal(set) var steps: Int?
  /// Numbers that are trained.
  public internal(set) var parameters: Int?
  /// λ beside the summed squared error of images in [0, 1].
  public internal(set) var weightInCommonUnit: Weight?
  var imageSizes: [Int]?
  /// Images to train on.
  public internal(set) var trainingImages: Int?
  /// Images held out.
  public internal(set) var heldOutImages: Int?
  /// The digest of the images.
  public internal(set) var dataDigest: String?
  /// The digest of the networks' initial state.
  public internal(set) var weightDigest: String?
  /// The digest of the order of the first epoch.
  public internal(set) var orderDigest: String?

  /// The keys in the order of the file.
  package enum CodingKeys: String, CodingKey, CaseIterable {
    case version, libtorch, device, threads, machine, steps, parameters, weightInCommonUnit
    case imageSizes = "imageShape"
    case trainingImages, heldOutImages, dataDigest, weightDigest, orderDigest
  }

  /// A record that states nothing.
  init() {}

  /// Reads what can be read.
  public init(from decoder: any Swift.Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value<Value: Decodable>(_ key: CodingKeys) -> Value? { try? values.decode(Value.self, forKey: key) }
    version = value(.version)
    libtorch = value(.libtorch)
    device = value(.device)
    threads = value(.threads)
    machine = value(.machine)
    steps = value(.steps)
    parameters = value(.parameters)
    weightInCommonUnit = value(.weightInCommonUnit)
    imageSizes = value(.imageSizes)
    trainingImages = value(.trainingImages)
    heldOutImages = value(.heldOutImages)
    dataDigest = value(.dataDigest)
    weightDigest = value(.weightDigest)
    orderDigest = value(.orderDigest)
  }

  /// The shape of the images.
  public var imageShape: ImageShape? {
    guard let sizes = imageSizes, sizes.count == 3 else { return nil }
    return ImageShape(channels: sizes[0], height: sizes[1], width: sizes[2])
  }
}

extension RunRecord {
  /// The key of the record in `run.yaml`; the rest of the file is the configuration.
  package static let key = "run"

  /// The record of `run.yaml`, or `nil` where the file has none.
  init?(in file: ConfigurationValue) {
    guard let tree = file[Self.key] else { return nil }
    self = (try? JSONDecoder().decode(RunRecord.self, from: Data(tree.json.utf8))) ?? RunRecord()
  }

  /// The record as it stands in `run.yaml`: what is known, in the order of the keys.
  public var tree: ConfigurationValue {
    .object(CodingKeys.allCases.compactMap { key in self[key].map { .init(key.rawValue, $0) } })
  }

  /// The value of a key, or `nil` where it is not known.
  package subscript(key: CodingKeys) -> ConfigurationValue? {
    let value: (any SettingValue)? =
      switch key {
      case .version: version
      case .libtorch: libtorch
      case .device: device
      case .threads: threads
      case .machine: machine
      case .steps: steps
      case .parameters: parameters
      case .weightInCommonUnit: weightInCommonUnit
      case .imageSizes: imageSizes
      case .trainingImages: trainingImages
      case .heldOutImages: heldOutImages
      case .dataDigest: dataDigest
      case .weightDigest: weightDigest
      case .orderDigest: orderDigest
      }
    return value?.configuration
  }
}

extension RunRecord {
  /// The version of this program.
  public static let programVersion = "0.1.0"

  /// This program and the libtorch that it runs with, as in `MoCA 0.1.0, libtorch 2.13.0`.
  public static var program: String { program(programVersion, Runtime.version) }

  /// The program and the libtorch that made the run, with a word for what is not known.
  package func program(unknown: String) -> String { Self.program(version ?? unknown, libtorch ?? unknown) }

  private static func program(_ version: String, _ libtorch: String) -> String {
    "MoCA \(version), libtorch \(libtorch)"
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
}
