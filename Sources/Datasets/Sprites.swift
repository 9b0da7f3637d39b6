import PluginKit

/// Antialiased coloured figures, drawn by a program: a set that needs no file and no network.
///
/// One of six figures (circle, square, triangle, star, cross, ring) of any position, size, rotation and colour
/// stands on a dark or light, plain or shaded ground, and fills between 35 and 70 % of the width. Image *i*
/// depends on the seed and *i* only, so that a larger set begins with the smaller one. The label is the figure.
public struct Sprites: Dataset {
  public struct Configuration: DatasetConfiguration {
    @Setting("how many images to draw; null means 8192", .atLeast(1)) public var count: Int? = 8192
    @Setting("width and height in pixels", .between(8, 1024)) public var size = 32
    @Setting("3 for colour, 1 for grey") public var channels = 3
    @Setting("what lies behind the figures: varied light and dark grounds, or black")
    public var background = Background.varied
    @Setting("whether figures are turned by any angle") public var rotates = true
    @Setting("decides what is drawn, whatever the seed of the training", .atLeast(0)) public var seed = 0
    public var use = TrainingUse()
    public init() {}
    public func validate() throws { try checkChannels(channels) }
  }

  /// What lies behind the figures.
  public enum Background: String, SettingValue, CaseIterable { case varied, black }

  public static let name = "sprites"
  public static let summary = "coloured figures drawn on the spot; nothing to download"
  public static let reference = Citation.project

  public let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  public var knownShape: ImageShape? {
    ImageShape(channels: configuration.channels, height: configuration.size, width: configuration.size)
  }

  public func load(in context: LoadContext) throws -> PackedImages {
    try context.cache.images(dataset: "sprites/2", configuration: configuration, source: .none) { writer in
      try draw(into: writer, progress: context.progress)
    }
  }

  private func draw(
    into writer: PackedWriter, progress: ProgressHandler
  ) throws -> PackedImages {
    let (count, size, channels) = (configuration.count ?? 8192, configuration.size, configuration.channels)
    let shape = ImageShape(channels: channels, height: size, width: size)
    let chunk = max(1, (16 << 20) / shape.valueCount)
    var labels: [Int] = []
    for start in stride(from: 0, to: count, by: chunk) {
      let drawn = Array(start..<min(start + chunk, count)).parallelMap { index in
        let painter = SpritePainter(configuration, index: index)
        let pixels = [UInt8](unsafeUninitializedCapacity: shape.valueCount) { buffer, initialized in
          if let base = buffer.baseAddress { painter.paint(channels: channels, into: base) }
          initialized = shape.valueCount
        }
        return (pixels: pixels, label: painter.label)
      }
      try writer.append(Array(drawn.map(\.pixels).joined()))
      labels += drawn.map(\.label)
      progress(labels.count, count, "drawing sprites")
    }
    return try writer.finish(
      shape: shape, labels: labels, classNames: SpriteShape.allCases.map(\.rawValue))
  }
}

extension DatasetConfiguration {
  /// Refuses other numbers of channels than 1 and 3.
  func checkChannels(_ channels: Int?) throws {
    guard let channels, channels != 1, channels != 3 else { return }
    throw ConfigurationError.outOfRange(path: "dataset.channels", found: "\(channels)", allowed: "1 or 3")
  }
}
