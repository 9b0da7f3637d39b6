import Datasets
import Extractors
import MoCAProtocols
import Scoring

/// Every part that can be chosen by name. An outside package adds its own and gets the whole command line.
public struct Catalogs: Sendable {
  /// Sources of images.
  public var datasets: DatasetCatalog
  /// Networks from images to features.
  public var encoders: EncoderCatalog
  /// Networks from latents to images.
  public var decoders: DecoderCatalog
  /// Distributions of a latent given an image.
  public var posteriors: PosteriorCatalog
  /// Distributions that the latents should follow.
  public var priors: PriorCatalog
  /// What pulls the latents towards the prior.
  public var regularizers: RegularizerCatalog
  /// Codes of earlier batches.
  public var memories: MemoryCatalog
  /// How latents are drawn after training.
  public var samplers: SamplerCatalog
  /// Networks in whose features images are compared.
  public var extractors: ExtractorCatalog
  /// What is measured.
  public var metrics: MetricCatalog
  /// Catalogs of kinds that targets above this one define, in the order in which they came.
  private var others: [any AnyCatalog] = []

  /// Collects the catalogs.
  public init(
    datasets: DatasetCatalog, encoders: EncoderCatalog, decoders: DecoderCatalog,
    posteriors: PosteriorCatalog,
    priors: PriorCatalog, regularizers: RegularizerCatalog, memories: MemoryCatalog,
    samplers: SamplerCatalog, extractors: ExtractorCatalog, metrics: MetricCatalog
  ) {
    self.datasets = datasets
    self.encoders = encoders
    self.decoders = decoders
    self.posteriors = posteriors
    self.priors = priors
    self.regularizers = regularizers
    self.memories = memories
    self.samplers = samplers
    self.extractors = extractors
    self.metrics = metrics
  }

  /// What `list` and `describe` show: every plugin of every kind.
  public var summaries: [PluginSummary] {
    datasets.summaries + encoders.summaries + decoders.summaries + posteriors.summaries + priors.summaries
      + regularizers.summaries + memories.summaries + samplers.summaries + extractors.summaries
      + metrics.summaries + others.flatMap(\.summaries)
  }

  /// The catalog of a kind that a target above this one defines; an empty one where nothing was added.
  public subscript<Context, Product>(kind: String) -> Catalog<Context, Product> {
    get { others.lazy.compactMap { $0 as? Catalog<Context, Product> }.first ?? Catalog(kind: kind) }
    set {
      if let index = others.firstIndex(where: { $0.kind == kind }) {
        others[index] = newValue
      } else {
        others.append(newValue)
      }
    }
  }
}

/// A catalog of whatever kind.
private protocol AnyCatalog: Sendable {
  var kind: String { get }
  var summaries: [PluginSummary] { get }
}

extension Catalog: AnyCatalog {}

/// What is known about a plugin without building it.
public struct PluginSummary: Sendable {
  /// `regularizer`, `prior`, …: the key of its section in a configuration.
  public let kind: String
  /// The name on the command line.
  public let name: String
  /// One line.
  public let summary: String
  /// Where it comes from.
  public let reference: Citation
  /// Its settings.
  public let settings: [SettingDescription]
  /// The plugin's type, for what else it declares statically.
  public let type: any Plugin.Type
}

extension Catalog {
  /// The summaries of the catalog's plugins.
  public var summaries: [PluginSummary] {
    entries.map {
      PluginSummary(
        kind: kind, name: $0.name, summary: $0.type.summary, reference: $0.type.reference,
        settings: $0.settings, type: $0.type)
    }
  }
}
