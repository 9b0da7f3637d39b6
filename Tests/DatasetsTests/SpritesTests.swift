import Datasets
import PluginKit
import Testing

@Suite("sprites")
struct SpritesTests {
  static func load(_ settings: [ConfigurationValue.Member]) throws -> PackedImages {
    try TemporaryFolder().load("sprites", settings)
  }

  @Test("image i depends on the seed and i only")
  func independence() throws {
    let few = try Self.load([.init("count", .integer(40))])
    let many = try Self.load([.init("count", .integer(7000))])  // more than one portion
    #expect(many.prefix(40).digest == few.digest)
    #expect(many.labels?.prefix(40) == few.labels?.prefix(40))
    let other = try Self.load([.init("count", .integer(40)), .init("seed", .integer(1))])
    #expect(other.digest != few.digest)
  }

  @Test("size, channels and default count are as configured")
  func shapes() throws {
    let grey = try Self.load([
      .init("count", .integer(3)), .init("size", .integer(48)), .init("channels", .integer(1)),
    ])
    #expect(grey.shape == ImageShape(channels: 1, height: 48, width: 48))
    #expect(grey.count == 3)
    #expect(try Self.load([.init("count", .null)]).count == 8192)
    #expect(throws: ConfigurationError.self) { try Self.load([.init("channels", .integer(2))]) }
  }

  @Test("all figures appear about equally often")
  func balance() throws {
    let images = try Self.load([.init("count", .integer(3000))])
    let labels = try #require(images.labels)
    #expect(images.classNames == ["circle", "square", "triangle", "star", "cross", "ring"])
    for figure in 0..<6 {
      let found = labels.filter { $0 == figure }.count
      #expect((400...600).contains(found), "\(found) of figure \(figure)")  // 500 expected, deviation 20
    }
  }

  @Test("figures fill between 35 and 70 % of the width, give or take the softness of edges")
  func extent() throws {
    // On a ground that is nearly flat, a figure's pixels are those far from the colour of the corners.
    let images = try Self.load([.init("count", .integer(300)), .init("size", .integer(64))])
    var widths: [Double] = []
    for index in 0..<images.count {
      let bytes = gather(images, indices: [index])
      let corner = (0..<3).map { Int(bytes[$0]) }
      let columns = (0..<64).filter { column in
        (0..<64).contains { row in
          (0..<3).map { abs(Int(bytes[(row * 64 + column) * 3 + $0]) - corner[$0]) }.max() ?? 0 > 110
        }
      }
      if let first = columns.first, let last = columns.last { widths.append(Double(last - first + 1) / 64) }
    }
    #expect(widths.count > 250)
    #expect(widths.min() ?? 0 > 0.28)
    #expect(widths.max() ?? 1 < 0.74)
  }
}
