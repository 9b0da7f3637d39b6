import Files
import Foundation

/// A file in LeCun's IDX format with 8-bit values, gzipped or not.
///
/// Big-endian: two zero bytes, the type (8 for bytes), the number of dimensions, each dimension as 32 bits,
/// then the values.
struct IDXFile {
  let dimensions: [Int]
  let values: ArraySlice<UInt8>

  /// Reads the file at `path`, which must have `dimensionCount` dimensions.
  ///
  /// - Throws: ``DataError`` that names the file with what was found and expected.
  init(path: String, dimensionCount: Int) throws {
    let bytes = try Self.bytes(path)
    let headerSize = 4 + 4 * dimensionCount
    let magic: [UInt8] = [0, 0, 8, UInt8(dimensionCount)]
    guard bytes.count >= headerSize else {
      throw DataError.wrongSize(path: path, expected: headerSize, found: bytes.count)
    }
    guard bytes.starts(with: magic) else {
      throw DataError.corrupt(
        path: path,
        reason: "it begins with \(bytes.prefix(4).hexadecimal), an IDX file of \(dimensionCount) dimensions "
          + "begins with \(magic.hexadecimal)")
    }
    dimensions = (0..<dimensionCount).map { dimension in
      bytes[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    var expected = headerSize
    let (product, overflow) = dimensions.reduce((1, false)) { partial, dimension in
      let (value, overflow) = partial.0.multipliedReportingOverflow(by: dimension)
      return (value, partial.1 || overflow)
    }
    guard !overflow, product <= Int.max - headerSize else {
      throw DataError.corrupt(path: path, reason: "it claims the dimensions \(dimensions)")
    }
    expected += product
    guard bytes.count == expected else {
      throw DataError.wrongSize(path: path, expected: expected, found: bytes.count)
    }
    values = bytes[headerSize...]
  }

  /// The file's bytes, unpacked where it begins like gzip.
  private static func bytes(_ path: String) throws -> [UInt8] {
    guard try FileBytes.read(path, limit: 2) == [0x1F, 0x8B] else { return try FileBytes.read(path) }
    let reader = try ArchiveReader(path: path, kind: .compressedFile)
    guard try reader.nextFile() != nil else { return [] }
    return try reader.read(limit: maximumSize)
  }

  /// No IDX file of images is nearly as large; a small file that unpacks to more is not one.
  private static let maximumSize = 2 << 30
}
