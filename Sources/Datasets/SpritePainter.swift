import Foundation
import Mathematics

/// Draws one sprite: a figure of one colour on a plain or shaded ground.
///
/// Everything about image `index` comes from the stream (seed, `sprite`, index).
struct SpritePainter {
  /// The class of the figure, an index into `SpriteShape.allCases`.
  let label: Int
  private let shape: SpriteShape
  private let size: Int
  private let radius: Float
  private let centre: (x: Float, y: Float)
  private let turn: (cosine: Float, sine: Float)
  private let fill: SIMD3<Float>
  private let ground: SIMD3<Float>
  private let shade: SIMD3<Float>
  private let direction: (x: Float, y: Float)

  /// Draws the properties of sprite `index`.
  init(_ configuration: Sprites.Configuration, index: Int) {
    var random = SplitMix64(seed: UInt64(configuration.seed), "sprite", UInt64(index))
    size = configuration.size
    let isPlain = configuration.background == .black
    label = random.below(SpriteShape.allCases.count)
    shape = SpriteShape.allCases[label]
    let width = Float(configuration.size)
    radius = width * random.uniform(0.22...0.31)
    let margin = radius * 1.15
    centre = (random.uniform(margin...(width - margin)), random.uniform(margin...(width - margin)))
    let angle = random.uniform(0...(2 * .pi)) * (configuration.rotates ? 1 : 0)
    turn = (cos(angle), sin(angle))
    let isDark = random.uniform() < 0.5 || isPlain
    fill = Self.color(
      hue: random.uniform(), saturation: random.uniform(0.65...1),
      value: isDark ? random.uniform(0.75...1) : random.uniform(0.35...0.75))
    ground = isPlain ? .zero : Self.ground(isDark, &random)
    let isShaded = !isPlain && random.uniform() < 0.5
    shade = isShaded ? Self.ground(isDark, &random) - ground : .zero
    let slope = random.uniform(0...(2 * .pi))
    direction = (cos(slope) / width, sin(slope) / width)
  }

  /// Writes the image, NHWC, as bytes: a pixel's cover is the distance from the outline, clipped to one pixel.
  func paint(channels: Int, into pixels: UnsafeMutablePointer<UInt8>) {
    var position = 0
    for row in 0..<size {
      for column in 0..<size {
        let x = Float(column) + 0.5 - centre.x
        let y = Float(row) + 0.5 - centre.y
        let distance = shape.distance(
          x * turn.cosine + y * turn.sine, y * turn.cosine - x * turn.sine, radius: radius)
        let cover = min(max(0.5 - distance, 0), 1)
        let middle = Float(size) / 2
        let along =
          0.5 + (Float(column) + 0.5 - middle) * direction.x + (Float(row) + 0.5 - middle) * direction.y
        let back = ground + shade * min(max(along, 0), 1)
        let color = (back + (fill - back) * cover) * 255
        if channels == 3 {
          for channel in 0..<3 { pixels[position + channel] = UInt8(color[channel] + 0.5) }
        } else {
          pixels[position] = UInt8((color * SIMD3(0.299, 0.587, 0.114)).sum() + 0.5)
        }
        position += channels
      }
    }
  }

  private static func ground(_ isDark: Bool, _ random: inout SplitMix64) -> SIMD3<Float> {
    color(
      hue: random.uniform(), saturation: random.uniform(0...0.25),
      value: isDark ? random.uniform(0.02...0.25) : random.uniform(0.82...1))
  }

  /// RGB in [0, 1] from hue, saturation and value in [0, 1].
  private static func color(hue: Float, saturation: Float, value: Float) -> SIMD3<Float> {
    var color = SIMD3<Float>()
    for (channel, offset) in [Float(5), 3, 1].enumerated() {
      let k = (offset + hue * 6).truncatingRemainder(dividingBy: 6)
      color[channel] = value - value * saturation * max(0, min(k, 4 - k, 1))
    }
    return color
  }
}
