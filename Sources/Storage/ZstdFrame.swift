import CZstd
import Foundation

/// One zstd frame: compressed bytes that carry their decompressed size and a checksum.
enum ZstdFrame {
  /// Why a frame cannot be used.
  struct Failure: Error {
    let reason: String
  }

  /// The first four bytes of every frame, read little-endian.
  static let magic: UInt32 = 0xFD2F_B528
  /// What zstd reaches at best: 128 KiB from a block of 4 bytes. Declared sizes beyond it are a lie.
  static let largestRatio = 32768

  /// Compresses `data` as one frame with a checksum.
  static func compress(_ data: Data, level: Int) throws -> Data {
    let capacity = ZSTD_compressBound(data.count)
    guard let context = ZSTD_createCCtx(), let buffer = malloc(max(capacity, 1)) else {
      throw Failure(reason: "not enough memory to compress \(data.count) bytes")
    }
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(clamping: level))
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    let count = data.withUnsafeBytes {
      ZSTD_compress2(context, buffer, capacity, $0.baseAddress, $0.count)
    }
    guard ZSTD_isError(count) == 0 else {
      free(buffer)
      throw Failure(reason: String(cString: ZSTD_getErrorName(count)))
    }
    return Data(bytesNoCopy: realloc(buffer, count) ?? buffer, count: count, deallocator: .free)
  }

  /// Decompresses one frame into `target`, which must have exactly the size that the frame declares.
  static func decompress(_ frame: Data, into target: UnsafeMutableRawBufferPointer) throws {
    guard let context = ZSTD_createDCtx() else { throw Failure(reason: "not enough memory") }
    defer { ZSTD_freeDCtx(context) }
    let count = try frame.withUnsafeBytes { bytes in
      guard ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count) == UInt64(target.count) else {
        throw Failure(reason: "the size in the frame disagrees with the seek table")
      }
      guard ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count) == bytes.count else {
        throw Failure(reason: "the frame does not end where the seek table says")
      }
      return ZSTD_decompressDCtx(context, target.baseAddress, target.count, bytes.baseAddress, bytes.count)
    }
    guard ZSTD_isError(count) == 0 else { throw Failure(reason: String(cString: ZSTD_getErrorName(count))) }
    guard count == target.count else { throw Failure(reason: "the frame is shorter than it declares") }
  }

  /// The checksum that ends a frame: the low half of the content's XXH64.
  static func checksum(of frame: Data) -> UInt32 { frame.suffix(4).littleEndian(at: 0) }
}

extension Data {
  /// The 32-bit number at `offset` bytes from the start; the bytes must be there.
  package func littleEndian(at offset: Int) -> UInt32 {
    dropFirst(offset).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Appends a 32-bit number.
  package mutating func append(littleEndian value: UInt32) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
