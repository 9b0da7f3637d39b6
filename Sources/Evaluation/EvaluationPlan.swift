import Extractors
import Files
import Foundation
import Metrics
import MoCAProtocols
import Scoring

/// What is to be scored, and how.
public struct EvaluationPlan {
  /// A sampler and its settings.
  public struct SamplerChoice: Sendable {
    /// The sampler's name.
    public let name: String
    /// Its settings.
    public let settings: ConfigurationValue
    /// Whether it is left out with a note where it does not suit the run.
    public let isOptional: Bool

    /// Whether it draws from the prior itself.
    var isPrior: Bool { name == Self.prior }

    /// The name of the sampler that draws from the prior.
    public static let prior = "prior"

    /// Chooses a sampler.
    public init(name: String, settings: ConfigurationValue = .empty, isOptional: Bool = false) {
      self.name = name
      self.settings = settings
      self.isOptional = isOptional
    }
  }

  /// What samples are compared with.
  public enum Reference: Sendable {
    /// The images that the run was trained on.
    case training
    /// The images that were held out from it.
    case heldOut
    /// Other images.
    case images(ImageSet)
  }

  /// What is measured; all that can be where it is empty. A metric that was asked for and cannot be measured is an
  /// error, one that was not is left out with a note.
  public var metrics: [MetricChoice] = []
  /// Networks in whose features images are compared.
  public var sources: [FeatureSource] = []
  /// What is known to be left out already, and why.
  public var notes: [String] = []
  /// Where codes are drawn from; the prior is always the first.
  public var samplers: [SamplerChoice] = [SamplerChoice(name: SamplerChoice.prior)]
  /// Images that each sampler makes.
  public var sampleCount = 10_000
  /// What samples are compared with.
  public var reference = Reference.training
  /// Decides draws, subsets and directions.
  public var seed = 0
  /// Whether scores of fewer images than the features have dimensions are computed all the same.
  public var allowsFew = false

  /// What can be measured, in the order in which it is shown.
  let available: [any MetricPlugin]

  /// Everything in a catalog, by the defaults.
  ///
  /// - Parameter settings: The settings of metrics by their names.
  /// - Throws: `ConfigurationError`.
  public init(_ catalog: MetricCatalog, settings: [String: ConfigurationValue] = [:]) throws {
    available = try catalog.entries.map { try $0.make(settings[$0.name] ?? .empty, $0.name, ()) }
  }

  /// Whether `metric` is measured in the features of `source`.
  func includes(_ metric: any MetricPlugin, in source: FeatureSource) -> Bool {
    metrics.isEmpty
      || metrics.contains {
        $0.name == type(of: metric).name && ($0.extractor ?? source.name) == source.name
      }
  }

  /// Whether `metric` is measured at all.
  func includes(_ metric: any MetricPlugin.Type) -> Bool {
    metrics.isEmpty || metrics.contains { $0.name == metric.name }
  }

  /// Whether something is measured of images, or of their features, in one of those roles.
  func measuresImages(of roles: SubjectRole...) -> Bool {
    available.contains { metric in
      let type = type(of: metric)
      return includes(type) && !type.imageRoles.isDisjoint(with: roles)
    }
  }

  /// The metrics of one kind that are measured.
  var imageMetrics: [any ImageMetric] { included.compactMap { $0 as? any ImageMetric } }
  var featureMetrics: [any FeatureMetric] { included.compactMap { $0 as? any FeatureMetric } }
  var copyingMetrics: [any CopyingMetric] { included.compactMap { $0 as? any CopyingMetric } }
  var codeMetrics: [any CodeMetric] { included.compactMap { $0 as? any CodeMetric } }
  /// The names of the metrics that are measured.
  public var includedNames: [String] { included.map { type(of: $0).name } }
  private var included: [any MetricPlugin] { available.filter { includes(type(of: $0)) } }
}

/// Everything that was measured at once.
public struct Evaluation: Codable, Sendable {
  /// The step of the checkpoint; `nil` where no run was scored.
  public var step: Int?
  /// The checkpoint's file.
  public var checkpoint: String?
  /// What images were compared with.
  public var reference: String?
  /// One entry for each sampler, the reconstructions, the held-out images as noise floor, and the codes.
  public var subjects: [SubjectScores] = []
  /// Pictures that were written to the run's samples: the samples that are nearest to training images, above these.
  public var pictures: [String] = []
  /// What was left out and why.
  public var notes: [String] = []

  /// The scores of a subject.
  public subscript(subject: String) -> SubjectScores? { subjects.first { $0.subject == subject } }

  /// JSON with sorted keys.
  ///
  /// - Throws: What the encoder throws.
  public func json() throws -> String { try JSONEncoder.readable.text(of: self) }
}
