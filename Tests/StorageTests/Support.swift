import Foundation
import Torch

/// Runs `body` with a new folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("storage-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url)
}

/// The names in a folder, sorted.
func names(in url: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
}

/// SplitMix64: the same numbers on every run.
struct TestGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

extension TensorRecord {
  /// A tensor whose bytes are drawn from `generator`; every other one is easy to compress.
  static func random(
    _ name: String, _ dtype: SafetensorsType, _ shape: [Int], using generator: inout TestGenerator
  ) -> TensorRecord {
    let count = shape.reduce(dtype.byteCount, *)
    let limit: UInt8 = count % 2 == 0 ? 3 : 1
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...limit, using: &generator) }
    return TensorRecord(name: name, dtype: dtype, shape: shape, data: Data(bytes))
  }

  /// Tensors of every type and of awkward shapes.
  static func samples(seed: UInt64 = 1) -> [TensorRecord] {
    var generator = TestGenerator(state: seed)
    var records = SafetensorsType.allCases.reversed().map {
      random("type.\($0.rawValue)", $0, [3, 5], using: &generator)
    }
    records.append(random("scalar", .int64, [], using: &generator))
    records.append(random("empty", .float32, [4, 0], using: &generator))
    records.append(random("odd", .uint8, [7], using: &generator))
    records.append(random("näme \"quoted\"\n", .float32, [2], using: &generator))
    return records
  }
}

/// Another program, for the tests that compare with it.
enum Tool {
  static let hasZstd = succeeds(["zstd", "--version"])
  static let hasPythonSafetensors = succeeds(["python3", "-c", "import safetensors.numpy, numpy"])

  /// Runs a command found through `PATH`; the exit code and what it printed.
  static func run(_ command: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  private static func succeeds(_ command: [String]) -> Bool { (try? run(command).status) == 0 }
}
