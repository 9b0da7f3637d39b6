import Foundation
import MoCAProtocols
import Storage
import Terminal

struct CheckpointReport {
  let url: URL
  let header: CheckpointHeader
  let isVerified: Bool
  /// By tensor; empty where they were not asked for.
  let values: [String: TensorValues]

  /// Long texts of the metadata, which the table leaves to JSON.
  private static let longKeys: Set = ["configuration"]

  var tree: ConfigurationValue {
    .object([
      .init("path", .string(url.path)), .init("bytes", .integer(header.byteCount)),
      .init("compressedBytes", .integer(header.compressedByteCount)), .init("verified", .boolean(isVerified)),
      .init("metadata", .object(metadata.map { .init($0.key, Self.value(of: $0)) })),
      .init(
        "tensors",
        .list(
          header.tensors.map { tensor in
            let columns = zip(Self.columns, row(tensor)).map { ConfigurationValue.Member($0.key, $1) }
            return .object(columns + (values[tensor.name]?.members ?? []))
          })),
    ])
  }

  var text: String {
    let values = header.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
    var lines = [
      ("file", Console.path(url)),
      (
        "size",
        "\(Console.bytes(header.compressedByteCount)), \(Console.bytes(header.byteCount)) unpacked "
          + "(\(Console.number(Double(header.byteCount) / Double(max(1, header.compressedByteCount)))) to 1)"
      ),
      ("tensors", "\(header.tensors.count), \(values) values"),
      ("checked", isVerified ? "every byte" : "the header (--verify checks every byte)"),
    ]
    lines += metadata.filter { !Self.longKeys.contains($0.key) }.map { ($0.key, $0.value) }
    var table = TextTable(columns: Self.columns)
    for tensor in header.tensors {
      var cells = row(tensor)
      cells[2] = .string(
        tensor.shape.isEmpty ? "scalar" : tensor.shape.map(String.init).joined(separator: "×"))
      table.append(cells)
    }
    return Console.aligned(lines) + "\n\n" + table.text()
  }

  private var metadata: [(key: String, value: String)] { header.metadata.sorted { $0.key < $1.key } }

  private static let columns: [TextTable.Column] = [
    "name", "dtype", "shape", "bytes", .init("compressedBytes", title: "compressed"),
  ]

  private func row(_ tensor: CheckpointHeader.Tensor) -> [ConfigurationValue] {
    [
      .string(tensor.name), .string(tensor.dtype.rawValue), .list(tensor.shape.map { .integer($0) }),
      .integer(tensor.byteCount), .integer(tensor.compressedByteCount),
    ]
  }

  /// Text that is JSON itself, such as the configuration, becomes a tree.
  private static func value(of entry: (key: String, value: String)) -> ConfigurationValue {
    guard longKeys.contains(entry.key), let tree = try? ConfigurationValue(yaml: entry.value) else {
      return .string(entry.value)
    }
    return tree
  }
}

/// What is compared where two programs read the same checkpoint.
struct TensorValues {
  private let sum: Double
  private let first: [Double]

  /// The values of every tensor of a checkpoint, by name.
  static func read(_ url: URL) throws -> [String: TensorValues] {
    let records = try CheckpointFile.read(url).records
    return try Dictionary(uniqueKeysWithValues: records.map { ($0.name, try TensorValues($0)) })
  }

  private init(_ record: TensorRecord) throws {
    let values = try Tensor(record).doubles
    sum = values.reduce(0, +)
    first = Array(values.prefix(4))
  }

  var members: [ConfigurationValue.Member] {
    [.init("sum", .number(sum)), .init("first", .list(first.map { .number($0) }))]
  }
}
