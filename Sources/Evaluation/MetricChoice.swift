import Metrics
import MoCAProtocols
import Scoring

/// A metric that was asked for, and in whose features.
public struct MetricChoice: Sendable {
  /// What is computed.
  public let type: any MetricPlugin.Type
  /// In whose features; `nil` for all that are used.
  public let extractor: String?

  /// Asks for a metric.
  public init(_ type: any MetricPlugin.Type, extractor: String? = nil) {
    self.type = type
    self.extractor = extractor
  }

  /// Its name in the catalog.
  public var name: String { type.name }

  /// Reads `fid`, `fd-cifar`, `precision-recall` or `precision-recall@dinov2-b`.
  ///
  /// - Throws: ``EvaluationError/unknownMetric(name:hint:)``.
  public init(_ text: String, metrics: MetricCatalog, extractors: [String]) throws {
    let aliases = Self.aliases(metrics, extractors)
    if let choice = aliases[text] {
      self = choice
      return
    }
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    // A name that is an alias too, as of the Inception score, means one extractor and no other.
    guard let type = metrics.metricTypes.first(where: { $0.name == parts[0] }), aliases[parts[0]] == nil,
      parts.count == 1 || extractors.contains(parts[1]),
      parts.count == 1 || type.needsFeatures
    else {
      throw EvaluationError.unknownMetric(
        name: text, hint: suggestion(for: parts[0], among: Self.names(metrics, extractors)))
    }
    self.init(type, extractor: parts.count == 2 ? parts[1] : nil)
  }

  /// Every name that is understood.
  public static func names(_ metrics: MetricCatalog, _ extractors: [String]) -> [String] {
    metrics.names + aliases(metrics, extractors).keys.filter { !metrics.names.contains($0) }.sorted()
  }

  /// The names that stand for a metric in certain features.
  private static func aliases(_ metrics: MetricCatalog, _ extractors: [String]) -> [String: MetricChoice] {
    metrics.metricTypes.reduce(into: [:]) { names, type in
      let named = type.aliases.compactMap { alias -> (name: String, extractor: String)? in
        if case .name(let name, let extractor) = alias { (name, extractor) } else { nil }
      }
      for alias in named { names[alias.name] = MetricChoice(type, extractor: alias.extractor) }
      for case .prefix(let prefix) in type.aliases {
        for extractor in extractors where !named.contains(where: { $0.extractor == extractor }) {
          names[prefix + extractor] = MetricChoice(type, extractor: extractor)
        }
      }
    }
  }
}

extension MetricChoice: Equatable {
  public static func == (first: MetricChoice, second: MetricChoice) -> Bool {
    first.name == second.name && first.extractor == second.extractor
  }
}

extension MetricCatalog {
  /// The metrics' types, for what they declare statically.
  public var metricTypes: [any MetricPlugin.Type] { entries.map(\.type) }
}
