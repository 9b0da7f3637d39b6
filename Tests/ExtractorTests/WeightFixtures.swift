import Extractors
import Foundation
import Testing
import Torch

/// The files of `Tests/Fixtures/make_weight_files.py`.
struct WeightFixtures {
  /// A file that is refused, and a part of the reason.
  struct Refused: Decodable {
    let bytes: Data
    let message: String
  }

  /// The JSON's content; `Data` is Base64 in it.
  struct Files: Decodable {
    let good: [String: Data]
    let imports: [String: Data]
    let refused: [String: Refused]
    let pickle: Data
  }

  let files: Files
  let tensors: [TensorRecord]

  var good: [String: Data] { files.good }
  var imports: [String: Data] { files.imports }
  var refused: [String: Refused] { files.refused }
  var pickle: Data { files.pickle }

  static func load() throws -> WeightFixtures {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures").standardizedFileURL
    let json = try Data(contentsOf: folder.appendingPathComponent("weight_files.json"))
    let tensors = try Safetensors.read(folder.appendingPathComponent("weight_files.safetensors")).records
    return WeightFixtures(files: try JSONDecoder().decode(Files.self, from: json), tensors: tensors)
  }

  /// The cases of one kind; none where the fixtures cannot be read.
  static func names<Value>(of kind: (WeightFixtures) -> [String: Value]) -> [String] {
    ((try? load()).map(kind) ?? [:]).keys.sorted()
  }

  /// Reads `bytes` as a file of weights.
  func file(_ bytes: Data) throws -> WeightFile {
    let url = Self.temporaryFile()
    defer { try? FileManager.default.removeItem(at: url) }
    try bytes.write(to: url)
    return try WeightFile(url)
  }

  /// What is said of `bytes` that cannot be read.
  func message(_ bytes: Data) throws -> String {
    let error = #expect(throws: WeightError.self) { try file(bytes) }
    return try #require(error).description
  }

  /// A safetensors file with these tensors.
  static func file(_ tensors: [(String, Tensor)]) throws -> WeightFile {
    let url = temporaryFile()
    defer { try? FileManager.default.removeItem(at: url) }
    try Safetensors.write(tensors.map { $0.1.record(named: $0.0) }, to: url)
    return try WeightFile(url)
  }

  private static func temporaryFile() -> URL {
    // The ending says nothing about the content.
    FileManager.default.temporaryDirectory.appendingPathComponent("weights-\(UUID().uuidString).bin")
  }
}

/// SplitMix64: the same damage on every run.
struct DamageGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
