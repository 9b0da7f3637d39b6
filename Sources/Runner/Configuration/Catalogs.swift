import Datasets
import MoCAProtocols

/// Every part that can be chosen by name. An outside package adds its own and gets the whole command line.
///
/// A kind is one property in an extension, which may stand in any target:
/// ```swift
/// extension Catalogs {
///   public var priors: PriorCatalog {
///     get { self[PriorKind.self] }
///     set { self[PriorKind.self] = newValue }
///   }
/// }
/// ```
public struct Catalogs: Sendable {
  /// The catalogs in the order in which they are shown.
  public private(set) var all: [any PluginCatalog] = []

  /// One catalog of each kind, in the order in which they are shown.
  public init(_ catalogs: any PluginCatalog...) { all = catalogs }

  /// The catalog of a kind, empty where none was set.
  public subscript<Kind: PluginKind>(kind: Kind.Type) -> Catalog<Kind> {
    get { all.lazy.compactMap { $0 as? Catalog<Kind> }.first ?? Catalog() }
    set {
      if let index = all.firstIndex(where: { $0 is Catalog<Kind> }) {
        all[index] = newValue
      } else {
        all.append(newValue)
      }
    }
  }

  /// The kinds in order, as they are called in a configuration and on the command line.
  public var kinds: [String] { all.map(\.kind) }

  /// What `list` and `describe` show: every plugin of every kind.
  public var summaries: [PluginSummary] { all.flatMap(\.summaries) }

  /// The plugins of the kind that is called so.
  public func summaries(of kind: String) -> [PluginSummary] { summaries.filter { $0.kind == kind } }
}

extension Catalogs {
  /// Sources of images.
  public var datasets: DatasetCatalog {
    get { self[DatasetKind.self] }
    set { self[DatasetKind.self] = newValue }
  }

  /// Networks from images to features.
  public var encoders: EncoderCatalog {
    get { self[EncoderKind.self] }
    set { self[EncoderKind.self] = newValue }
  }

  /// Networks from latents to images.
  public var decoders: DecoderCatalog {
    get { self[DecoderKind.self] }
    set { self[DecoderKind.self] = newValue }
  }

  /// Distributions of a latent given an image.
  public var posteriors: PosteriorCatalog {
    get { self[PosteriorKind.self] }
    set { self[PosteriorKind.self] = newValue }
  }

  /// Distributions that the latents should follow.
  public var priors: PriorCatalog {
    get { self[PriorKind.self] }
    set { self[PriorKind.self] = newValue }
  }

  /// What pulls the latents towards the prior.
  public var regularizers: RegularizerCatalog {
    get { self[RegularizerKind.self] }
    set { self[RegularizerKind.self] = newValue }
  }

  /// Codes of earlier batches.
  public var memories: MemoryCatalog {
    get { self[MemoryKind.self] }
    set { self[MemoryKind.self] = newValue }
  }

  /// What moves the networks.
  public var optimizers: OptimizerCatalog {
    get { self[OptimizerKind.self] }
    set { self[OptimizerKind.self] = newValue }
  }

  /// How latents are drawn after training.
  public var samplers: SamplerCatalog {
    get { self[SamplerKind.self] }
    set { self[SamplerKind.self] = newValue }
  }
}
