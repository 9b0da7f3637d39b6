import MoCAProtocols

/// What the extractors with a ``ClassifierNetwork`` have in common: images of one shape, no resize, the network's
/// last means as features and its logits.
public protocol ClassifierExtractor: ExtractorPlugin where Configuration == NoSettings {
  var network: ClassifierNetwork { get }
}

extension ClassifierExtractor {
  public static var formula: String {
    "image → convolution 3×3 → [convolution 3×3, half the side → residual block] … → mean over pixels: features"
  }
  public var requiredShape: ImageShape? { network.description.shape }
  public var featureCount: Int { network.description.featureCount }
  public var resize: String { "none: images must have \(network.description.shape)" }

  public func features(of images: Tensor) -> ImageFeatures {
    let shape = network.description.shape
    if Array(images.shape.dropFirst()) != [shape.channels, shape.height, shape.width] {
      fatalError("images \(images.shape) where [batch, \(shape)] is needed")
    }
    return withoutGradients {
      let parts = images.blocks(ofRows: 256).map { network($0) }
      return ImageFeatures(
        features: .concatenated(parts.map(\.features)), logits: .concatenated(parts.compactMap(\.logits)))
    }
  }

  /// The network of a file, ready to be used.
  fileprivate static func network(from file: WeightFile, shape: ImageShape? = nil) throws -> ClassifierNetwork
  {
    let description = try ClassifierDescription(metadata: file.metadata, path: file.url.path)
    if let shape, shape != description.shape {
      throw ClassifierWeightsError.wrongKind(
        path: file.url.path, found: "\(description.shape) images", needed: "one of \(shape) images")
    }
    try check(file, against: description)
    let network = ClassifierNetwork(description, using: Generator(seed: 0))
    network.freeze()
    network.setTraining(false)
    try file.restore(network, as: name)
    return network
  }

  /// Compares the largest tensors before the network is built: metadata may announce any size.
  private static func check(_ file: WeightFile, against description: ClassifierDescription) throws {
    var error = StateError()
    for (name, shape) in description.largestShapes {
      guard let found = file.tensors[name] else {
        error.missing.append(name)
        continue
      }
      if found.shape != shape { error.mismatched.append((name, "\(found.shape)", "\(shape)")) }
    }
    guard error.missing.isEmpty, error.mismatched.isEmpty else {
      throw WeightError.mismatch(path: file.url.path, network: "the extractor \"\(name)\"", error)
    }
  }
}

/// A classifier of CIFAR-10's photographs that this project trained and ships.
public final class CIFARClassifier: ClassifierExtractor {
  public static let name = "cifar"
  public static let summary =
    "our classifier of CIFAR-10, shipped: scores of 3×32×32 photographs without downloads"
  public static let reference = Citation.project
  public static let about = """
    A small residual network that this project trained on CIFAR-10 (JPEG) and ships, so that a distance \
    can be had without a download and in little time. Choose it to follow a training or to compare methods \
    on CIFAR-10 or similar 32×32 photographs. Its FD-cifar is no FID and must not be put beside one. Known \
    limits: it was trained on CIFAR-10's training images, so it knows their ten classes and little else; \
    nobody else publishes scores in it.
    """
  public static let featureNames = FeatureNames(network: "cifar")
  public static let weights = WeightSource.shipped("cifar.safetensors")
  public let network: ClassifierNetwork

  public init(_ configuration: NoSettings, weights file: WeightFile) throws {
    network = try Self.network(from: file, shape: ImageShape(channels: 3, height: 32, width: 32))
  }
}

/// A classifier of MNIST's digits that this project trained and ships.
public final class MNISTClassifier: ClassifierExtractor {
  public static let name = "mnist"
  public static let summary =
    "our classifier of MNIST's digits, shipped: scores of 1×28×28 digits without downloads"
  public static let reference = Citation.project
  public static let about = """
    A small residual network that this project trained on handwritten digits and ships. Choose it for \
    MNIST, where Inception's features mean little. Its FD-mnist is no FID and must not be put beside one. \
    Known limits: it was trained on 8,000 of MNIST's 10,000 test digits, so a reconstruction of those is \
    judged by a network that has seen them; on Fashion-MNIST train one of your own.
    """
  public static let featureNames = FeatureNames(network: "mnist")
  public static let weights = WeightSource.shipped("mnist.safetensors")
  public let network: ClassifierNetwork

  public init(_ configuration: NoSettings, weights file: WeightFile) throws {
    network = try Self.network(from: file, shape: ImageShape(channels: 1, height: 28, width: 28))
  }
}

/// A classifier that the user trained on images of their own.
public final class GivenClassifier: ClassifierExtractor {
  public static let name = "classifier"
  public static let summary = "a classifier that you trained on your own labelled images"
  public static let reference = Citation.project
  public static let about = """
    The network of the extractors cifar and mnist with weights of your own, of any shape from 8 to 256 \
    pixels a side. Choose it where images are far from photographs and labels exist: distances then show \
    what tells your classes apart. Train it on images that are not among those \
    evaluated. Known limits: scores compare only between runs that use the same file, whose digest stands \
    on the metric card.
    """
  public static let featureNames = FeatureNames(network: "classifier")
  public static let weights = WeightSource.given
  public let network: ClassifierNetwork

  public init(_ configuration: NoSettings, weights file: WeightFile) throws {
    network = try Self.network(from: file)
  }
}
