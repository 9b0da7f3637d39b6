import Extractors
import Foundation
import MoCAProtocols
import Testing
import Torch
import TorchNN

/// What `make_dino.py` wrote.
private struct DINOFixture {
  struct Listing: Decodable {
    let counts: [String: Int]
    let tensors: [String: [String: [Int]]]
  }

  let tensors: [String: Tensor]
  let listing: Listing

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures")
    let records = try Safetensors.read(folder.appendingPathComponent("dino.safetensors")).records
    tensors = try Dictionary(uniqueKeysWithValues: records.map { ($0.name, try Tensor($0)) })
    listing = try JSONDecoder().decode(
      Listing.self, from: Data(contentsOf: folder.appendingPathComponent("dino.json")))
  }

  func tensor(_ name: String) throws -> Tensor { try #require(tensors[name]) }

  /// The published names of a network of two blocks, without the token that only training uses.
  func names() throws -> [String] {
    let names = try #require(listing.tensors["base"]).keys.filter { $0 != "mask_token" }
    let second = names.filter { $0.hasPrefix("blocks.0.") }.map {
      $0.replacingOccurrences(of: "blocks.0.", with: "blocks.1.")
    }
    return (names + second).sorted()
  }

  /// The small network with the weights that the script draws.
  func network() throws -> VisionTransformer {
    let network = VisionTransformer(.init(width: 64, depth: 2, headCount: 2))
    let shapes = Dictionary(uniqueKeysWithValues: network.namedTensors().map { ($0.name, $0.tensor.shape) })
    let generator = Generator(seed: 14)
    var stored: [String: Tensor] = [:]
    for name in try names() {
      let own = try #require(VisionTransformer.name(ofPublished: name))
      let shape = try #require(shapes[own], "\(own)")
      stored[own] = Self.scaled(.normal(shape, using: generator), name: name)
    }
    try restore(network.namedTensors(), from: stored)
    return network
  }

  private static func scaled(_ draw: Tensor, name: String) -> Tensor {
    if name.hasSuffix("weight"), draw.rank > 1 {
      return draw / Double(draw.shape.dropFirst().reduce(1, *)).squareRoot()
    }
    if name.contains("norm"), name.hasSuffix("weight") { return draw * 0.1 + 1 }
    return name.contains("gamma") ? draw * 0.1 + 0.5 : draw * 0.2
  }
}

@Suite("DINOv2's networks")
struct DINOTests {
  @Test(
    "images are prepared as Pillow and the published mean and deviation do",
    arguments: ["colour", "large", "grey"])
  func preparation(_ name: String) throws {
    let fixture = try DINOFixture()
    let prepared = DINOv2Preparation.prepared(try fixture.tensor("\(name).images"))
    let mean = Tensor([Float(0.485), 0.456, 0.406], shape: [1, 3, 1, 1])
    let deviation = Tensor([Float(0.229), 0.224, 0.225], shape: [1, 3, 1, 1])
    let pixels = ((prepared * deviation + mean) * 255).rounded()
    let every = Tensor((0..<25).map { Int64($0 * 9) })
    let sample = pixels.gathered(along: 2, at: every).gathered(along: 3, at: every)
    #expect(sample.floats == (try fixture.tensor("\(name).sample")).floats)
  }

  @Test("features equal timm's with the same weights", arguments: ["colour", "large", "grey"])
  func features(_ name: String) throws {
    let fixture = try DINOFixture()
    let network = try fixture.network()
    let expected = try fixture.tensor("\(name).features")
    let found = withoutGradients {
      network(DINOv2Preparation.prepared(fixture.tensors["\(name).images"] ?? expected))
    }
    let error = (found - expected).absolute().maximum().item / expected.absolute().maximum().item
    #expect(error < 1e-4)
  }

  @Test("names and counts are those of the published networks", arguments: ["base", "large"])
  func names(_ name: String) throws {
    let fixture = try DINOFixture()
    let size = name == "base" ? VisionTransformer.Size.base : .large
    let network = VisionTransformer(.init(width: size.width, depth: 1, headCount: size.headCount))
    let own = Dictionary(uniqueKeysWithValues: network.namedTensors().map { ($0.name, $0.tensor.shape) })
    let published = try #require(fixture.listing.tensors[name])
    #expect(VisionTransformer.name(ofPublished: "mask_token") == nil)
    var renamed: [String: [Int]] = [:]
    for (key, shape) in published {
      guard let name = VisionTransformer.name(ofPublished: key) else { continue }
      renamed[name] = shape
      #expect(VisionTransformer.publishedName(of: name) == key)
    }
    #expect(renamed == own)
    let counts = own.mapValues { $0.reduce(1, *) }
    let block = counts.filter { $0.key.hasPrefix("blocks.0.") }.values.reduce(0, +)
    let total = counts.values.reduce(0, +) + (size.depth - 1) * block
    #expect(total + size.width == fixture.listing.counts[name], "with the token that only training uses")
  }

  @Test("a file that is not DINOv2's is refused with the names that are missing")
  func refusal() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try Safetensors.write([Tensor.zeros([1, 1, 768]).record(named: "cls_token")], to: file)
    #expect {
      _ = try DINOv2Base(DINOv2Configuration(), weights: WeightFile(file))
    } throws: { error in
      "\(error)".contains("the weights of the extractor \"dinov2-b\"")
        && "\(error)".contains("missing: pos_embed")
    }
  }
}
