import Foundation

/// The checksum of event files: the cyclic redundancy check with Castagnoli's polynomial (RFC 3720, appendix B.4).
package enum CRC32C {
  /// The remainder of every byte, with the polynomial's bits reversed.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  /// The checksum of `data`.
  package static func checksum(of data: Data) -> UInt32 {
    let table = table
    return data.withUnsafeBytes { bytes in
      ~bytes.reduce(UInt32.max) { value, byte in
        value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
      }
    }
  }

  /// The checksum as TensorFlow's record files have it: turned and shifted, so that data which hold checksums of
  /// themselves are no weak spot.
  package static func masked(_ data: Data) -> UInt32 {
    let value = checksum(of: data)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
