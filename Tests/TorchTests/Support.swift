import Foundation
import Testing
import Torch

/// The committed reference values.
enum Fixtures {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// The tensors of `Fixtures/NAME.safetensors`.
  static func tensors(_ name: String) throws -> [String: Tensor] {
    let records = try Safetensors.read(folder.appendingPathComponent("\(name).safetensors")).records
    return try Dictionary(uniqueKeysWithValues: records.map { ($0.name, try Tensor($0)) })
  }
}

/// Runs `body` with a new folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("torch-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url)
}

/// A leaf of the autograd graph.
func leaf(_ values: [Float], shape: [Int]? = nil, dtype: DType = .float32) -> Tensor {
  let tensor = Tensor(values, shape: shape ?? [values.count]).to(dtype: dtype)
  tensor.setRequiresGradient(true)
  return tensor
}

/// Whether two lists agree within `tolerance` of the larger magnitude (or of one).
func areClose(_ first: [Double], _ second: [Double], _ tolerance: Double) -> Bool {
  first.count == second.count
    && zip(first, second).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($0), abs($1)) }
}

/// The types that hold fractions.
let floatingTypes: [DType] = [.float32, .float64, .bfloat16, .float16]

extension Tensor {
  /// The values as integers on the host.
  var ints: [Int] { values(as: Int64.self).map(Int.init) }
}

/// What a child process wrote to its standard error.
func errorText(_ result: ExitTest.Result?) -> String {
  String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
}
