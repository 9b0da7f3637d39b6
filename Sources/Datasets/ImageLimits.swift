import PluginKit

/// What sizes are accepted, checked before anything is allocated.
enum ImageLimits {
  /// The longest side in pixels.
  static let side = 20_000
  /// The largest image file in bytes.
  static let fileSize = 512 << 20

  static func check(_ shape: ImageShape, named name: String) throws {
    guard shape.width > 0, shape.height > 0, shape.width <= side, shape.height <= side else {
      throw DataError.corrupt(
        path: name, reason: "its header claims \(shape.sides) pixels; at most \(side) a side are accepted")
    }
  }
}
