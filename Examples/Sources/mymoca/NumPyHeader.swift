import Datasets
import Foundation
import MoCAProtocols

/// What a `.npy` file says about its array: version 1 to 3 of the format, in C order.
struct NumPyHeader {
  /// The type of the values in NumPy's words, as in `|u1` or `<i8`.
  let type: String
  let shape: [Int]

  /// Reads the header of the archive's current file, so that the values come next.
  init(_ reader: ArchiveReader) throws {
    let start = try reader.read(limit: 8)
    guard start.count == 8, start.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw DataError.corrupt(path: reader.currentName, reason: "it does not begin like an array of NumPy")
    }
    let size = try reader.read(limit: start[6] == 1 ? 2 : 4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let text = String(decoding: try reader.read(limit: min(size, 1 << 16)), as: UTF8.self)
    guard let type = text.firstMatch(of: /'descr': '([^']+)'/)?.1,
      let sizes = text.firstMatch(of: /'shape': \(([0-9, ]*)\)/)?.1, text.contains("'fortran_order': False")
    else {
      throw DataError.corrupt(
        path: reader.currentName, reason: "its header is \(text.prefix(80)), expected C order")
    }
    self.type = String(type)
    shape = sizes.split(separator: ",").compactMap { Int($0.filter { $0 != " " }) }
  }

  /// The shape of one image, where the array is one of images.
  func imageShape(in reader: ArchiveReader) throws -> ImageShape {
    let channels = shape.count == 3 ? 1 : shape.last ?? 0
    guard type == "|u1", shape.count == 3 || shape.count == 4, channels == 1 || channels == 3,
      (1...20_000).contains(shape[1]), (1...20_000).contains(shape[2])
    else {
      throw DataError.corrupt(
        path: reader.currentName,
        reason:
          "it has the type \(type) and the shape \(shape), expected 8-bit images: |u1 and [count, height, width] "
          + "or [count, height, width, 1 or 3]")
    }
    return ImageShape(channels: channels, height: shape[1], width: shape[2])
  }

  /// The next `count` bytes of the values.
  func bytes(_ count: Int, of reader: ArchiveReader) throws -> [UInt8] {
    let bytes = try reader.read(limit: count)
    if bytes.count == count { return bytes }
    throw DataError.wrongSize(path: reader.currentName, expected: count, found: bytes.count)
  }

  /// All values as whole numbers; a last dimension of one is left out.
  func integers(in reader: ArchiveReader) throws -> [Int] {
    let size = Int(type.suffix(1)) ?? 0
    guard ["|", "<"].contains(type.prefix(1)), ["i", "u"].contains(type.dropFirst().prefix(1)),
      [1, 2, 4, 8].contains(size), shape.count == 1 || (shape.count == 2 && shape[1] == 1),
      shape[0] <= 1 << 32
    else {
      throw DataError.corrupt(
        path: reader.currentName,
        reason:
          "it has the type \(type) and the shape \(shape), expected whole numbers and [count] or [count, 1]")
    }
    let bytes = try bytes(shape[0] * size, of: reader)
    let values = stride(from: 0, to: bytes.count, by: size).map { start in
      bytes[start..<(start + size)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    guard let most = values.max(), most < 1 << 16 else {
      throw DataError.corrupt(path: reader.currentName, reason: "its labels are not all between 0 and 65535")
    }
    return values.map(Int.init)
  }
}
