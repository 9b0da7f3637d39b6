import Metrics
import MoCAProtocols

/// A metric that can be chosen by name. It gives scores, and each score says its order, unit and kind.
///
/// What it is measured of is said by what it conforms to: a ``FeatureMetric``, an ``ImageMetric``, a ``CopyingMetric`` or a
/// ``CodeMetric``. Evaluation hands over the rest, so that a new metric is one such type and one line with `adding`.
public protocol MetricPlugin: Plugin {
  /// Other names, each for the features of one extractor.
  static var aliases: [MetricAlias] { get }
  /// Held-out images without which a run has no such scores; 0 where it does without.
  static func heldOutNeeded(latentSize: Int) -> Int
  /// Builds the metric.
  ///
  /// - Throws: `ConfigurationError` for settings that do not go together.
  init(_ configuration: Configuration) throws
}

/// Another name of a metric, for the features of one extractor.
public enum MetricAlias: Sendable, Equatable {
  /// As in `fid` for `frechet` in the features of `inception`.
  case name(String, extractor: String)
  /// Before the names of extractors that have no name above, as `fd-` in `fd-cifar`.
  case prefix(String)
}

extension MetricPlugin {
  public static var aliases: [MetricAlias] { [] }
  public static func heldOutNeeded(latentSize: Int) -> Int { 0 }

  /// Whether it is taken from an extractor's features.
  package static var needsFeatures: Bool { self is any FeatureMetric.Type || self is any CopyingMetric.Type }

  /// The sets of images that it is taken of; none for what is measured of a run beside its images.
  package static var imageRoles: Set<SubjectRole> {
    (self as? any FeatureMetric.Type)?.roles ?? (self as? any ImageMetric.Type)?.roles ?? []
  }

  /// Whether it can be measured without a run.
  package static var isOfImages: Bool { imageRoles.contains(.images) }
}

extension Set<SubjectRole> {
  /// Sets that a model could have made: its samples, what it has not seen, and images from elsewhere.
  public static var generated: Self { [.priorSamples, .samples, .heldOut, .images] }
}

/// The kind of metrics.
public enum MetricKind: PluginKind {
  public typealias Context = Void
  public typealias Product = any MetricPlugin
  public typealias Declared = any MetricPlugin.Type
  public static let name = "metric"
}

public typealias MetricCatalog = Catalog<MetricKind>

extension MetricCatalog {
  /// The catalog with one more metric.
  public func adding<P: MetricPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { settings, _ in try P(settings) })
  }
}
