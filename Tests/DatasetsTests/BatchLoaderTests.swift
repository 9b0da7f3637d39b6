import Datasets
import Foundation
import PluginKit
import Testing

@Suite("BatchLoader")
struct BatchLoaderTests {
  /// Twenty images of 2×3 pixels and 3 channels, no two bytes of a row alike.
  static func images(_ count: Int = 20) throws -> PackedImages {
    let shape = ImageShape(channels: 3, height: 2, width: 3)
    let bytes = (0..<count).flatMap { image in (0..<shape.valueCount).map { UInt8((image * 18 + $0) % 251) } }
    return try PackedImages(shape: shape, bytes: bytes, labels: nil, classNames: nil)
  }

  static func loader(
    seed: UInt64 = 1, flips: Bool = false, startingAt step: Int = 0, prefetch: Int = 2
  ) throws -> BatchLoader {
    BatchLoader(try recipe(seed: seed, flips: flips), startingAt: step, prefetch: prefetch)
  }

  static func recipe(seed: UInt64 = 1, flips: Bool = false) throws -> BatchRecipe {
    try BatchRecipe(images: images(), indices: Array(2..<20), batchSize: 4, seed: seed, flips: flips)
  }

  @Test("an epoch shows each image once and drops the last partial batch")
  func epoch() throws {
    let loader = try Self.loader()
    #expect(try Self.recipe().batchesPerEpoch == 4)
    for epoch in 0..<3 {
      let batches = (0..<4).map { _ in loader.next() }
      #expect(batches.map(\.epoch) == Array(repeating: epoch, count: 4))
      #expect(batches.map(\.step) == (0..<4).map { epoch * 4 + $0 })
      let shown = batches.flatMap(\.indices)
      #expect(Set(shown).count == 16)
      #expect(shown.allSatisfy { (2..<20).contains($0) })
    }
  }

  @Test("a batch holds the bytes of its images")
  func bytes() throws {
    let images = try Self.images()
    let batch = try Self.loader().next()
    #expect(batch.bytes == gather(images, indices: batch.indices))
  }

  @Test("starting at a step equals skipping to it", arguments: [0, 1, 3, 4, 5, 11], [false, true])
  func resuming(step: Int, flips: Bool) throws {
    let whole = try Self.loader(flips: flips)
    for _ in 0..<step { _ = whole.next() }
    let resumed = try Self.loader(flips: flips, startingAt: step)
    for _ in 0..<9 { #expect(whole.next() == resumed.next()) }
  }

  @Test("how far batches are made ahead changes nothing", arguments: [0, 1, 7])
  func prefetch(_ prefetch: Int) throws {
    let (one, other) = (try Self.loader(flips: true), try Self.loader(flips: true, prefetch: prefetch))
    for _ in 0..<20 { #expect(one.next() == other.next()) }
  }

  @Test("epochs and seeds differ in order")
  func orders() throws {
    let loader = try Self.loader()
    let first = (0..<4).flatMap { _ in loader.next().indices }
    let second = (0..<4).flatMap { _ in loader.next().indices }
    let other = try Self.loader(seed: 2)
    #expect(first != second)
    #expect(first != (0..<4).flatMap { _ in other.next().indices })
  }

  @Test("the digest of the order depends on seed and epochs, not on flips")
  func digest() throws {
    let digest = try Self.recipe().orderDigest()
    #expect(digest.count == 64)
    #expect(try Self.recipe(flips: true).orderDigest() == digest)
    #expect(try Self.recipe(seed: 2).orderDigest() != digest)
    #expect(try Self.recipe().orderDigest(epochs: 2) != digest)
  }

  @Test("the order of a seed stays what it is from version to version")
  func golden() throws {
    let indices = try Self.loader().next().indices
    #expect(indices == [19, 9, 3, 4])
  }

  @Test("a flipped image is mirrored pixel by pixel, and about half of them are")
  func flips() throws {
    let images = try Self.images()
    let loader = try Self.loader(flips: true)
    var flipped = 0
    for _ in 0..<100 {
      let batch = loader.next()
      for (position, index) in batch.indices.enumerated() {
        let shown = Array(batch.bytes[(position * 18)..<((position + 1) * 18)])
        let original = gather(images, indices: [index])
        if shown == original { continue }
        #expect(shown == Self.mirrored(original))
        flipped += 1
      }
    }
    #expect((150...250).contains(flipped), "\(flipped) of 400")  // 200 expected, deviation 10
  }

  static func mirrored(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for row in 0..<2 {
      for column in (0..<3).reversed() {
        let start = row * 9 + column * 3
        result += bytes[start..<(start + 3)]
      }
    }
    return result
  }

  @Test("too few images for a batch is an error with both numbers")
  func tooFew() throws {
    let images = try Self.images()
    let error = #expect(throws: ConfigurationError.self) {
      try BatchRecipe(images: images, indices: [1, 2, 3], batchSize: 128, seed: 0, flips: false)
    }
    #expect(error?.description.contains("128") == true)
    #expect(error?.description.contains("only 3") == true)
    #expect(throws: ConfigurationError.self) {
      try BatchRecipe(images: images, indices: [1], batchSize: 0, seed: 0, flips: false)
    }
  }

  @Test("a loader that goes away lets its images go")
  func release() throws {
    weak var kept: PackedImages?
    for _ in 0..<50 {
      let images = try Self.images()
      kept = images
      let recipe = try BatchRecipe(
        images: images, indices: Array(0..<20), batchSize: 4, seed: 0, flips: false)
      let loader = BatchLoader(recipe, prefetch: 1)
      _ = loader.next()
    }
    // The thread ends by itself after the batch that it was making.
    let deadline = Date(timeIntervalSinceNow: 20)
    while kept != nil, Date() < deadline { sched_yield() }
    #expect(kept == nil)
  }
}
