import MoCAProtocols

/// Something that can be measured of a run or of two sets of images.
public struct Metric: Sendable, Hashable {
  /// What is computed.
  public enum Kind: String, CaseIterable, Sendable {
    case frechet
    case frechetInfinity = "frechet-infinity"
    case kernel
    case sliced
    case inceptionScore = "inception-score"
    case precisionRecall = "precision-recall"
    case densityCoverage = "density-coverage"
    case memorisation
    case reconstruction
    case sharpness
    case latent
    case priorHoles = "prior-holes"
    case codes

    /// Whether it is taken from an extractor's features.
    public var needsFeatures: Bool {
      switch self {
      case .sharpness, .latent, .priorHoles, .codes: false
      default: true
      }
    }

    /// Whether it can be measured without a run.
    var isOfImages: Bool {
      switch self {
      case .latent, .priorHoles, .codes, .reconstruction, .memorisation: false
      default: true
      }
    }

    /// One line for the help.
    public var summary: String {
      switch self {
      case .frechet: "Fréchet distance of features: fid, fd-dinov2-b, fd-cifar, …"
      case .frechetInfinity: "the same extrapolated to infinitely many images"
      case .kernel: "kernel distance of features, with its standard error: kid"
      case .sliced: "sliced Wasserstein distance of features: MIND"
      case .inceptionScore: "Inception score"
      case .precisionRecall: "improved precision and recall, k = 3"
      case .densityCoverage: "density and coverage, k = 5"
      case .memorisation: "whether samples lie nearer to training images than unseen images do"
      case .reconstruction: "squared error and Fréchet distance of reconstructions: rfid"
      case .sharpness: "variance of the Laplacian"
      case .latent: "held-out codes against the prior, each with a p-value"
      case .priorHoles: "draws of the prior, decoded and encoded again"
      case .codes: "k-nearest-neighbour and linear-probe accuracy where there are labels"
      }
    }
  }

  /// What is computed.
  public let kind: Kind
  /// In whose features; `nil` for all that are used.
  public let extractor: String?

  /// States a metric.
  public init(_ kind: Kind, extractor: String? = nil) {
    self.kind = kind
    self.extractor = extractor
  }

  /// Reads `fid`, `fd-cifar`, `precision-recall` or `precision-recall@dinov2-b`.
  ///
  /// - Throws: ``EvaluationError/unknownMetric(name:hint:)``.
  public init(_ text: String, extractors: [String]) throws {
    let aliases = Self.aliases(extractors)
    if let metric = aliases[text] {
      self = metric
      return
    }
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let kind = Kind(rawValue: parts[0]), kind != .inceptionScore,
      parts.count == 1 || extractors.contains(parts[1]),
      parts.count == 1 || kind.needsFeatures
    else {
      throw EvaluationError.unknownMetric(
        name: text, hint: suggestion(for: parts[0], among: Self.names(extractors)))
    }
    self.init(kind, extractor: parts.count == 2 ? parts[1] : nil)
  }

  /// Every name that is understood.
  public static func names(_ extractors: [String]) -> [String] {
    let own = Kind.allCases.map(\.rawValue)
    return own + aliases(extractors).keys.filter { !own.contains($0) }.sorted()
  }

  /// The names that stand for a kind in certain features.
  static func aliases(_ extractors: [String]) -> [String: Metric] {
    var names = [
      "fid": Metric(.frechet, extractor: "inception"),
      "fid-infinity": Metric(.frechetInfinity, extractor: "inception"),
      "kid": Metric(.kernel, extractor: "inception"),
      "rfid": Metric(.reconstruction, extractor: "inception"),
      "inception-score": Metric(.inceptionScore, extractor: "inception"),
    ]
    for extractor in extractors where extractor != "inception" {
      names["fd-\(extractor)"] = Metric(.frechet, extractor: extractor)
    }
    return names
  }
}
