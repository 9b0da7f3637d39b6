import MoCAProtocols

/// A frozen network that turns images into the features in which two sets of images are compared.
///
/// It resizes and normalises as its publication does, so that callers hand over nothing but 8-bit images.
public protocol FeatureExtractor: Module {
  /// The shape that images must have, or `nil` where every size and one or three channels are accepted.
  var requiredShape: ImageShape? { get }
  /// How many values describe an image.
  var featureCount: Int { get }
  /// How the network prepares images, in words for the metric card: `bilinear to 299×299, corners not aligned`.
  var resize: String { get }
  /// `[batch, channels, h, w]` of 8-bit values on the network's device → features and, where the network
  /// classifies, its logits; both in `float32`. Gradients are not recorded.
  func features(of images: Tensor) -> ImageFeatures
}

/// What a network says about a batch of images.
public struct ImageFeatures {
  /// `[batch, featureCount]`.
  public let features: Tensor
  /// `[batch, classes]`, before the softmax; `nil` where the network does not classify.
  public let logits: Tensor?

  public init(features: Tensor, logits: Tensor? = nil) {
    self.features = features
    self.logits = logits
  }
}

/// An extractor that can be chosen by name.
public protocol ExtractorPlugin: FeatureExtractor, Plugin {
  /// What scores in its features are called.
  static var featureNames: FeatureNames { get }
  /// Where its weights come from.
  static var weights: WeightSource { get }
  /// Builds the network and gives it the tensors of `file`.
  ///
  /// - Throws: ``WeightError`` where the file does not fit.
  init(_ configuration: Configuration, weights file: WeightFile) throws
}

/// Where the weights of an extractor come from.
public enum WeightSource: Sendable {
  /// Published by others, on the network.
  case published(PublishedWeights)
  /// Shipped with this package as this file.
  case shipped(String)
  /// Always named by the user.
  case given
  /// No file: they follow from the settings, as with a network that is drawn from a seed.
  case computed
}

/// An extractor without a file of weights.
public protocol ComputedExtractor: ExtractorPlugin {
  /// Builds the network from its settings alone: equal settings must give equal features.
  init(_ configuration: Configuration) throws
}

extension ComputedExtractor {
  public static var weights: WeightSource { .computed }

  public init(_ configuration: Configuration, weights file: WeightFile) throws {
    try self.init(configuration)
  }
}

/// A file of weights on the network.
public struct PublishedWeights: Sendable {
  /// The file's name, here as there.
  public let fileName: String
  public let address: String
  /// How its SHA-256 begins in hexadecimal, as far as it is published; `nil` where it is not.
  public let digestPrefix: String?
  /// Its size, where it is known.
  public let byteCount: Int?

  public init(fileName: String, address: String, digestPrefix: String?, byteCount: Int? = nil) {
    self.fileName = fileName
    self.address = address
    self.digestPrefix = digestPrefix
    self.byteCount = byteCount
  }
}

/// The kind of extractors.
public enum ExtractorKind: PluginKind {
  public typealias Context = WeightFile
  public typealias Product = any FeatureExtractor
  public typealias Declared = any ExtractorPlugin.Type
  public static let name = "extractor"
}

public typealias ExtractorCatalog = Catalog<ExtractorKind>

extension ExtractorCatalog {
  /// The catalog with one more extractor.
  public func adding<P: ExtractorPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, weights: $1) })
  }
}
