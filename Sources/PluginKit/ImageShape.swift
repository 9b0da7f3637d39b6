/// The size of an image: channels, height and width.
public struct ImageShape: Sendable, Hashable, Codable, CustomStringConvertible {
  /// 1 (grey) or 3 (RGB).
  public let channels: Int
  /// Pixels from top to bottom.
  public let height: Int
  /// Pixels from left to right.
  public let width: Int

  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Channels × height × width: the values of one image, and its bytes when packed as 8 bits.
  public var valueCount: Int { channels * height * width }

  public var description: String { "\(channels)×\(height)×\(width)" }
}
