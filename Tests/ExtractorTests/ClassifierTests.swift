import Datasets
import Extractors
import Foundation
import MoCAProtocols
import Testing
import Torch
import TorchNN

/// Images whose class is the quarter that is brighter than the rest.
private func quarters(_ count: Int, side: Int = 12, seed: UInt64 = 3) -> (images: Tensor, labels: Tensor) {
  let generator = Generator(seed: seed)
  let labels = (Tensor.uniform([count], using: generator) * 4).floor()
  let noise = Tensor.uniform([count, 1, side, side], using: generator) * 100
  let axis = Tensor.range(side, dtype: .float32)
  let low = axis.isLess(than: Double(side / 2)).to(dtype: .float32)
  let high = 1 - low
  let masks = Tensor.stacked(
    [low, high].flatMap { rows in
      [low, high].map { columns in rows.expandingDimension(at: 1) * columns.expandingDimension(at: 0) }
    })
  let classes = labels.to(dtype: .int64)
  let bright = masks.gathered(along: 0, at: classes).expandingDimension(at: 1) * 120
  return ((noise + bright).to(dtype: .uint8), classes)
}

private func settings(_ change: (inout ClassifierTrainingConfiguration) -> Void = { _ in })
  -> ClassifierTrainingConfiguration
{
  var configuration = ClassifierTrainingConfiguration()
  configuration.width = 4
  configuration.epochs = 4
  configuration.batch = 32
  configuration.shift = 1
  configuration.learningRate = 0.01
  change(&configuration)
  return configuration
}

private let names = ["upper left", "upper right", "lower left", "lower right"]

private func temporaryFile() -> URL {
  FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors")
}

@Suite("Classifiers of our own")
struct ClassifierTests {
  @Test("a classifier learns what tells the classes apart, and its file gives the same features")
  func learns() throws {
    let data = quarters(600)
    let training = try ClassifierTraining(
      settings(), images: data.images, labels: data.labels, classes: names)
    var epochs: [ClassifierTraining.Epoch] = []
    let accuracy = try training.run { epochs.append($0) }
    #expect(epochs.map(\.number) == [1, 2, 3, 4])
    #expect(epochs.last?.heldOutAccuracy == accuracy)
    #expect(accuracy > 0.95)
    #expect((training.trainingCount, training.heldOutCount) == (540, 60))

    let file = temporaryFile()
    defer { try? FileManager.default.removeItem(at: file) }
    try training.write(to: file, dataset: "quarters", digest: "sha256:0", accuracy: accuracy)
    let weights = try WeightFile(file)
    #expect(weights.metadata["training"]?.contains("\"heldOutAccuracy\":\(accuracy)") == true)
    let extractor = try GivenClassifier(NoSettings(), weights: weights)
    #expect(extractor.requiredShape == ImageShape(channels: 1, height: 12, width: 12))
    #expect(extractor.network.description.classes == names)
    let images = quarters(10, seed: 8).images
    let found = extractor.features(of: images)
    #expect(found.features.shape == [10, extractor.featureCount])
    #expect(found.logits?.shape == [10, 4])
    #expect(!found.features.requiresGradient)
    let alone = extractor.features(of: images.narrowed(along: 0, from: 3, count: 1)).features
    let difference = (alone - found.features.narrowed(along: 0, from: 3, count: 1)).absolute().maximum().item
    #expect(difference < 1e-5, "an image's features must not depend on its batch")
  }

  @Test("equal seeds give equal weights, other seeds others")
  func determinism() throws {
    let data = quarters(200)
    let trained = try [0, 0, 1].map { seed in
      let training = try ClassifierTraining(
        settings {
          $0.epochs = 1
          $0.seed = seed
          $0.flips = true
        }, images: data.images, labels: data.labels, classes: names)
      try training.run()
      return training.network.namedTensors().flatMap { $0.tensor.floats }
    }
    #expect(trained[0] == trained[1])
    #expect(trained[0] != trained[2])
  }

  @Test("what cannot be learned from is refused with the reason")
  func refusals() throws {
    let data = quarters(100)
    func message(_ classes: [String], _ change: (inout ClassifierTrainingConfiguration) -> Void = { _ in })
      -> String
    {
      do {
        _ = try ClassifierTraining(
          settings(change), images: data.images, labels: data.labels, classes: classes)
        return ""
      } catch { return "\(error)" }
    }
    #expect(message(["one"]).contains("at least 2 classes"))
    #expect(message(["one", "two"]).contains("found 0 to 3"))
    #expect(message(names) { $0.batch = 91 }.contains("only 90 images"))
    #expect(message(names) { $0.width = 0 }.contains("width"))
    #expect(
      throws: ClassifierTrainingError.diverged(epoch: 2),
      performing: {
        let training = try ClassifierTraining(
          settings { $0.learningRate = 1e30 }, images: data.images, labels: data.labels, classes: names)
        try training.run()
      })
  }

  @Test("a file of another kind is refused with what it holds")
  func otherFiles() throws {
    let data = quarters(100)
    let training = try ClassifierTraining(
      settings(), images: data.images, labels: data.labels, classes: names)
    let file = temporaryFile()
    defer { try? FileManager.default.removeItem(at: file) }
    try training.write(to: file, dataset: "quarters", digest: "sha256:0", accuracy: 0)
    #expect(
      throws: ClassifierWeightsError.wrongKind(
        path: file.path, found: "1×12×12 images", needed: "one of 3×32×32 images"),
      performing: { try CIFARClassifier(NoSettings(), weights: WeightFile(file)) })
    try Safetensors.write([Tensor.zeros([1]).record(named: "weight")], to: file)
    #expect(
      throws: ClassifierWeightsError.unreadable(path: file.path, key: "architecture", found: nil),
      performing: { try GivenClassifier(NoSettings(), weights: WeightFile(file)) })
  }

  @Test("metadata that announces more than the file holds is refused before a network is built")
  func announcedSizes() throws {
    let file = temporaryFile()
    defer { try? FileManager.default.removeItem(at: file) }
    func message(classes: Int) throws -> String {
      let names = (0..<classes).map { "\"\($0)\"" }.joined(separator: ",")
      let metadata = [
        "architecture": "residual-classifier/1", "shape": "3,256,256", "width": "256",
        "classes": "[\(names)]",
      ]
      try Safetensors.write([Tensor.zeros([1]).record(named: "output.weight")], metadata: metadata, to: file)
      do {
        _ = try GivenClassifier(NoSettings(), weights: WeightFile(file))
        return ""
      } catch { return "\(error)" }
    }
    let many = try message(classes: 10_001)
    #expect(many.contains("at most 10000 classes apart, found 10001"), "\(many)")
    let few = try message(classes: 10_000)
    #expect(few.contains("extractor \"classifier\""), "\(few)")
    #expect(few.contains("output.weight: found [1], expected [10000, 2048]"), "\(few)")
    #expect(few.contains("missing: stages.0.second.convolution.weight"), "\(few)")
  }

  @Test("weights that are not shipped are named with the places that were looked at")
  func absentWeights() {
    #expect {
      _ = try ShippedWeights.url(named: "nothing.safetensors")
    } throws: { error in
      "\(error)".contains("nothing.safetensors") && "\(error)".contains("MoCA_Extractors")
    }
  }

  @Test("shipped weights load, are small and say how they were trained", arguments: ["cifar", "mnist"])
  func shipped(_ name: String) throws {
    let file = try WeightFile(ShippedWeights.url(named: "\(name).safetensors"))
    let size = try #require(try file.url.resourceValues(forKeys: [.fileSizeKey]).fileSize)
    #expect(size < 4_000_000)
    #expect(file.metadata["training"]?.contains("heldOutAccuracy") == true)
    let extractor: any ClassifierExtractor =
      name == "cifar"
      ? try CIFARClassifier(NoSettings(), weights: file) : try MNISTClassifier(NoSettings(), weights: file)
    #expect(extractor.network.description.classes.count == 10)
    #expect(extractor.featureCount == 128)
  }

  private static let shared = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../shared/data").standardizedFileURL
  private static let isHere = FileManager.default.fileExists(
    atPath: shared.appendingPathComponent("cifar10-train.tar.zst").path)

  @Test("shipped classifiers know their images", .enabled(if: isHere, "the shared data is not here"))
  func accuracy() throws {
    let digits = try Self.accuracy(
      MNISTClassifier(NoSettings(), weights: WeightFile(ShippedWeights.url(named: "mnist.safetensors"))),
      dataset: "mnist", path: "mnist-t10k-images-idx3-ubyte.gz")
    #expect(digits > 0.98)
    let photographs = try Self.accuracy(
      CIFARClassifier(NoSettings(), weights: WeightFile(ShippedWeights.url(named: "cifar.safetensors"))),
      dataset: "images", path: "cifar10-train.tar.zst")
    #expect(photographs > 0.8)
  }

  /// The share of the first 500 images that is told right.
  private static func accuracy(_ extractor: some ClassifierExtractor, dataset: String, path: String) throws
    -> Double
  {
    let cache = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: cache) }
    var tree = ConfigurationValue.empty
    tree["path"] = .string(shared.appendingPathComponent(path).path)
    tree["count"] = .integer(500)
    let packed = try DatasetCatalog.standard.entry(named: dataset).make(tree, "dataset", ())
      .load(in: LoadContext(cacheFolder: cache, resize: { bytes, _, _ in bytes }))
    let (shape, count) = (packed.shape, packed.count)
    let pixels = packed.withUnsafeBytes {
      Tensor(bytes: $0, shape: [count, shape.height, shape.width, shape.channels], dtype: .uint8)
    }
    // The first 500 photographs lie in one folder, which alone gives no labels: all are airplanes, class 0.
    let labels = Tensor((packed.labels ?? [Int](repeating: 0, count: count)).map(Int64.init))
    let logits = try #require(extractor.features(of: pixels.permuted(0, 3, 1, 2).contiguous()).logits)
    return logits.argumentOfMaximum(along: 1).isEqual(to: labels).to(dtype: .float32).mean().item
  }
}
