import Datasets
import Extractors
import Foundation
import MoCAProtocols
import Testing

/// The extractors of one file of weights, which takes a while to write and to read.
private final class SharedInception {
  private let file: WeightFile
  private let temporary: TemporaryWeights

  init() throws {
    temporary = try TemporaryWeights(InceptionFixture.weights())
    file = try WeightFile(temporary.url)
  }

  func extractor(
    _ resize: InceptionResize, _ precision: InceptionExtractor.Precision = .float32
  ) throws -> InceptionExtractor {
    var configuration = InceptionExtractor.Configuration()
    configuration.resize = resize
    configuration.precision = precision
    return try InceptionExtractor(configuration, weights: file)
  }
}

private let archivePath = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("../../../shared/data/cifar10-train.tar.zst").standardizedFileURL.path
private let hasArchive = FileManager.default.fileExists(atPath: archivePath)

@Suite("The Inception network", .serialized)
struct InceptionTests {
  private static let modes: [(InceptionResize, String)] = [
    (.legacyPyTorch, "legacy_pytorch"), (.legacyTensorFlow, "legacy_tensorflow"), (.clean, "clean"),
  ]

  @Test("features of noise equal those of pytorch-fid, torch-fidelity and clean-fid")
  func noise() throws {
    let (inception, expected) = (try SharedInception(), try InceptionFixture.tensors())
    let images = InceptionFixture.noise([6, 3, 32, 32])
    for (resize, name) in Self.modes {
      let found = try inception.extractor(resize).features(of: images).features
      try expect(found, "noise.\(name)", expected)
    }
    let grey = InceptionFixture.noise([4, 1, 28, 28])
    let found = try inception.extractor(.legacyTensorFlow).features(of: grey)
    try expect(found.features, "noise.grey", expected)
    #expect(found.logits?.shape == [4, 1008])
  }

  @Test("bfloat16 stays near float32")
  func precision() throws {
    let inception = try SharedInception()
    let images = InceptionFixture.noise([4, 3, 32, 32])
    let exact = try inception.extractor(.clean).features(of: images).features
    let near = try inception.extractor(.clean, .bfloat16).features(of: images).features
    #expect(near.dtype == .float32)
    #expect(InceptionFixture.difference(near, exact) < 0.02)
  }

  @Test(
    "features and distances on real images equal pytorch-fid's",
    .enabled(if: hasArchive, "the shared data is not here"))
  func realImages() throws {
    let (inception, expected) = (try SharedInception(), try InceptionFixture.tensors())
    let values = try InceptionFixture.values().archive
    let images = try archiveImages(values.count)
    #expect(
      InceptionFixture.checksum(images) == values.checksum, "the decoder gives other pixels than Pillow")
    let few = images.narrowed(along: 0, from: 0, count: 32)
    let all = try inception.extractor(.legacyPyTorch).features(of: images).features
    try expect(all, "archive.legacy_pytorch", expected)
    for (name, moment) in [("mean", all.mean(along: 0)), ("norm", all.norm(along: 0))] {
      let stored = try #require(expected["archive.\(name)"])
      #expect(InceptionFixture.difference(moment, stored) < 1e-4, "\(name) of each feature")
    }
    let distance = InceptionFixture.frechetDistance(all)
    #expect(abs(distance / values.frechetDistance - 1) < 1e-3)
    let tensorFlow = try inception.extractor(.legacyTensorFlow).features(of: few)
    try expect(tensorFlow.features, "archive.legacy_tensorflow", expected)
    let logits = InceptionFixture.projected(try #require(tensorFlow.logits), to: 16)
    #expect(InceptionFixture.difference(logits, try #require(expected["archive.logits"])) < 1e-4)
    try expect(try inception.extractor(.clean).features(of: few).features, "archive.clean", expected)
  }

  @Test("tensors that are missing, too many or misshapen are named as published")
  func misfits() throws {
    var tensors = try InceptionFixture.weights()
    tensors["Mixed_6b.branch7x7_2.conv.weight"] = nil
    tensors["Mixed_5c.branch_pool.bn.running_var"] = .ones([63])
    tensors["fc.extra"] = .ones([1])
    tensors["AuxLogits.conv0.conv.weight"] = .ones([1])
    tensors["Conv2d_1a_3x3.bn.num_batches_tracked"] = .zeros([], dtype: .int64)
    let temporary = try TemporaryWeights(tensors)
    let file = try WeightFile(temporary.url)
    let error = #expect(throws: (any Error).self) { try InceptionExtractor(.init(), weights: file) }
    let text = "\(try #require(error))"
    #expect(text.contains("Mixed_6b.branch7x7_2.conv.weight"))
    #expect(text.contains("Mixed_5c.branch_pool.bn.running_var"))
    #expect(text.contains("fc.extra"))
    #expect(!text.contains("AuxLogits") && !text.contains("num_batches_tracked"))
  }

  @Test("the settings are read by their published names")
  func settings() throws {
    let settings = try InceptionExtractor.Configuration(
      .object([.init("resize", .string("legacy-pytorch")), .init("precision", .string("bfloat16"))]), path: ""
    )
    #expect(settings.resize == .legacyPyTorch && settings.precision == .bfloat16)
    #expect(InceptionExtractor.Configuration().resize == .legacyTensorFlow)
  }

  /// Random projections of the features, to 1e-4.
  private func expect(_ found: Tensor, _ name: String, _ expected: [String: Tensor]) throws {
    let stored = try #require(expected[name])
    #expect(InceptionFixture.difference(InceptionFixture.projected(found, to: 16), stored) < 1e-4, "\(name)")
  }

  /// The first images of the archive, `[count, 3, 32, 32]`.
  private func archiveImages(_ count: Int) throws -> Tensor {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "inception-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = ImageFiles.Configuration()
    configuration.path = archivePath
    configuration.count = count
    let context = LoadContext(cacheFolder: folder) { bytes, _, _ in bytes }
    let images = try ImageFiles(configuration).load(in: context)
    let bytes = gather(images, indices: Array(0..<count))
    return Tensor(bytes, shape: [count, images.shape.height, images.shape.width, 3]).permuted(0, 3, 1, 2)
  }
}
