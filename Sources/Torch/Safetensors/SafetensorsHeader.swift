import Foundation

/// The header of a safetensors file: names, types, shapes and places of its tensors, and free text beside them.
///
/// In the file it is an 8-byte little-endian length followed by JSON, padded with spaces to a multiple of 8.
/// The data of wider elements comes first, so that every tensor is aligned to its element; the JSON keeps the
/// order in which the tensors were given.
public struct SafetensorsHeader: Sendable, Equatable {
  /// One tensor of the file.
  public struct Entry: Sendable, Equatable {
    /// The tensor's name.
    public let name: String
    /// The type of the elements.
    public let dtype: SafetensorsType
    /// The sizes of the dimensions; empty for a scalar.
    public let shape: [Int]
    /// Where the tensor's bytes are, counted from the end of the header.
    public let range: Range<Int>
  }

  /// The longest JSON that is accepted, the same as in the reference implementation.
  public static let byteLimit = 100_000_000
  /// The key under which the free text stands in the JSON.
  public static let metadataKey = "__metadata__"

  /// The tensors in the order of the JSON.
  public let entries: [Entry]
  /// Indices into ``entries`` in the order of the data.
  public let dataOrder: [Int]
  /// Free text by key.
  public let metadata: [String: String]

  /// The bytes of all tensors together.
  public var dataByteCount: Int { dataOrder.last.map { entries[$0].range.upperBound } ?? 0 }

  /// Lays out `records` one behind the other.
  ///
  /// - Throws: ``SafetensorsError`` for a name that is reserved or occurs twice, an impossible shape, or data
  ///   whose length does not agree with the shape.
  public init(describing records: [TensorRecord], metadata: [String: String] = [:]) throws {
    var names = Set<String>()
    for record in records {
      guard record.name != Self.metadataKey else { throw SafetensorsError.reservedName }
      guard names.insert(record.name).inserted else { throw SafetensorsError.duplicateName(record.name) }
      let expected = try Self.byteCount(name: record.name, dtype: record.dtype, shape: record.shape)
      guard record.data.count == expected else {
        throw SafetensorsError.wrongLength(name: record.name, expected: expected, found: record.data.count)
      }
    }
    let order = records.indices.sorted {
      (-records[$0].dtype.byteCount, $0) < (-records[$1].dtype.byteCount, $1)
    }
    var ranges = [Range<Int>](repeating: 0..<0, count: records.count)
    var offset = 0
    for index in order {
      ranges[index] = offset..<(offset + records[index].data.count)
      offset += records[index].data.count
    }
    entries = zip(records, ranges).map { record, range in
      Entry(name: record.name, dtype: record.dtype, shape: record.shape, range: range)
    }
    dataOrder = order
    self.metadata = metadata
    let length = encoded.count - 8
    guard length <= Self.byteLimit else {
      throw SafetensorsError.headerTooLong(found: UInt64(length), limit: Self.byteLimit)
    }
  }

  /// Wraps entries that have been checked.
  init(checked entries: [Entry], dataOrder: [Int], metadata: [String: String]) {
    self.entries = entries
    self.dataOrder = dataOrder
    self.metadata = metadata
  }

  /// The bytes that a tensor must have, with every product checked.
  static func byteCount(name: String, dtype: SafetensorsType, shape: [Int]) throws -> Int {
    try shape.reduce(dtype.byteCount) { product, size in
      let (result, overflow) = product.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { throw SafetensorsError.invalidShape(name: name, shape: shape) }
      return result
    }
  }
}

extension SafetensorsHeader {
  /// The header as it stands in a file: length, JSON, padding. Equal headers give equal bytes.
  public var encoded: Data {
    var members: [String] = []
    if !metadata.isEmpty {
      let sorted = metadata.sorted { $0.key < $1.key }
      let texts = sorted.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      members.append("\"\(Self.metadataKey)\":{\(texts.joined(separator: ","))}")
    }
    for entry in entries {
      let shape = entry.shape.map(String.init).joined(separator: ",")
      let offsets = "\(entry.range.lowerBound),\(entry.range.upperBound)"
      members.append(
        "\(Self.quoted(entry.name)):{\"dtype\":\"\(entry.dtype.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offsets)]}")
    }
    var json = Data("{\(members.joined(separator: ","))}".utf8)
    json.append(Data(repeating: 0x20, count: (8 - json.count % 8) % 8))
    var length = UInt64(json.count).littleEndian
    return withUnsafeBytes(of: &length) { Data($0) } + json
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
