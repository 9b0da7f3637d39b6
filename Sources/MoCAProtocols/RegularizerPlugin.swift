/// A regularizer that can be chosen by name.
public protocol RegularizerPlugin: LatentRegularizer, Plugin where Configuration: RegularizerConfiguration {
  /// The memory that the method uses where the configuration names none.
  static var defaultMemory: String { get }
  /// The prior and the posterior that the method is defined with, where the configuration names none; `nil` for the
  /// run's own defaults.
  static var defaultPrior: String? { get }
  static var defaultPosterior: String? { get }
  /// What the penalty is a function of.
  static var subject: PenaltySubject { get }
  /// Whether the method compares samples of codes, so that a memory has something to add. Methods of
  /// ``PenaltySubject/codes`` do unless they say otherwise.
  static var takesSamples: Bool { get }
  /// Checks of the conformance kit that the method's definition does not let it pass, each with the reason.
  static var exceptions: [ConformanceCheck: String] { get }
  /// Builds the regularizer.
  ///
  /// - Throws: ``ConfigurationError/incompatible(_:)`` where the method cannot match this prior.
  init(_ configuration: Configuration, context: RegularizerContext) throws
}

extension RegularizerPlugin {
  public static var defaultMemory: String { "batch" }
  public static var defaultPrior: String? { nil }
  public static var defaultPosterior: String? { nil }
  public static var subject: PenaltySubject { .codes }
  public static var takesSamples: Bool { subject == .codes }
  public static var exceptions: [ConformanceCheck: String] { [:] }
}

/// What a penalty is a function of.
public enum PenaltySubject: String, Sendable, CaseIterable {
  /// The codes of a batch, which it pulls to the prior: the conformance kit holds it to that.
  case codes
  /// The distribution of each image's code.
  case posterior
  /// Images, weights or reconstructions; the codes may follow any distribution.
  case networks
}

/// What the conformance kit checks; see ``RegularizerPlugin/exceptions``.
public enum ConformanceCheck: String, Sendable, CaseIterable, Codable {
  /// On draws of the prior the penalty lies in its simulated null band.
  case minimum
  /// Larger after a shift.
  case shift
  /// Larger after a change of scale (of half the coordinates where the support fixes the norm).
  case scale
  /// Larger after half of the codes were rotated towards one direction.
  case partialRotation
  /// Larger where a region of the prior is left out.
  case droppedMode
  /// Larger where all codes are one.
  case collapse
  /// Indifferent to the order of the batch.
  case order
  /// Its expectation does not depend on the size of the batch.
  case batchSize
  /// Gradients equal finite differences.
  case gradients
  /// Finite, with finite gradients, on codes rounded to bfloat16.
  case bfloat16
  /// Finite, with finite gradients, where all codes are one.
  case finiteAtCollapse
  /// Its state survives being saved and loaded.
  case state
  /// Time and memory grow as documented with the batch and the dimension.
  case cost
  /// Free codes moved by it end like the prior.
  case freePoints
}

/// The settings of a regularizer: its own, and its weight.
public protocol RegularizerConfiguration: PluginConfiguration {
  /// λ: the factor of the penalty beside the summed squared error of images in [0, 1].
  var weight: Weight { get }
}

/// What a regularizer is built from beside its configuration.
public struct RegularizerContext {
  /// The distribution to match.
  public let prior: any Prior
  /// Codes of a batch.
  public let batchSize: Int
  /// Codes that the memory adds.
  public let populationSize: Int
  /// The stream of a critic's initial weights.
  public let generator: Generator
  /// The posterior of the run, or `nil` where codes are moved without networks.
  public let posterior: (any Posterior)?
  /// Builds another network of the encoder's structure with that many features; `nil` where the images' shape is
  /// not known yet and the regularizer is only being checked.
  public let makeEncoder: ((_ featureCount: Int) throws -> any Encoder)?

  public init(
    prior: any Prior, batchSize: Int, populationSize: Int, generator: Generator,
    posterior: (any Posterior)? = nil, makeEncoder: ((_ featureCount: Int) throws -> any Encoder)? = nil
  ) {
    self.prior = prior
    self.batchSize = batchSize
    self.populationSize = populationSize
    self.generator = generator
    self.posterior = posterior
    self.makeEncoder = makeEncoder
  }
}

/// The kind of regularizers.
public enum RegularizerKind: PluginKind {
  public typealias Context = RegularizerContext
  public typealias Product = any LatentRegularizer
  public typealias Declared = any RegularizerPlugin.Type
  public typealias Configuration = any RegularizerConfiguration
  public static let name = "regularizer"
}

public typealias RegularizerCatalog = Catalog<RegularizerKind>

extension RegularizerCatalog {
  /// The catalog with one more regularizer.
  public func adding<P: RegularizerPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, context: $1) })
  }
}
