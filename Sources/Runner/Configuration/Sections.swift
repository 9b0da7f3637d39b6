import Datasets
import MoCAProtocols

/// A section of a configuration.
enum Section: Sendable {
  /// One in which a plugin is chosen: its kind, and the plugin that is taken where none is named; `nil` where that is
  /// the regularizer's own.
  case plugin(any PluginKind.Type, standard: String?)
  /// One with settings alone.
  case plain(String, any PluginConfiguration.Type)

  /// Every section, in the order in which they are written.
  static let all: [Section] = [
    .plugin(DatasetKind.self, standard: "sprites"),
    .plugin(EncoderKind.self, standard: "convolutional"),
    .plugin(DecoderKind.self, standard: "convolutional"),
    .plugin(PosteriorKind.self, standard: "deterministic"), .plugin(PriorKind.self, standard: "hypersphere"),
    .plugin(RegularizerKind.self, standard: "moca"), .plugin(MemoryKind.self, standard: nil),
    .plain("latent", LatentConfiguration.self), .plain("reconstruction", ReconstructionConfiguration.self),
    .plugin(OptimizerKind.self, standard: "adam"), .plain("schedule", ScheduleConfiguration.self),
    .plain("training", TrainingConfiguration.self), .plain("record", RecordConfiguration.self),
  ]

  /// Names that set the same key of several sections.
  static let groups = ["backbone": ["encoder", "decoder"]]

  /// The section of that name.
  static func named(_ name: String) -> Section? { all.first { $0.name == name } }

  var name: String {
    switch self {
    case .plugin(let kind, _): kind.name
    case .plain(let name, _): name
    }
  }

  /// The plugin that is taken where none is named.
  var standard: String? {
    if case .plugin(_, let standard) = self { standard } else { nil }
  }
}

/// `latent`: the size of the codes.
public struct LatentConfiguration: PluginConfiguration {
  @Setting("dimensions of a code", .between(1, 65536)) public var size = 128

  public init() {}
}

/// `reconstruction`: the unit of the reconstruction error.
public struct ReconstructionConfiguration: PluginConfiguration {
  @Setting(
    "reduction of the squared error: sum over an image (the common unit), mean over its values, or 0.2 × sum")
  public var unit = Unit.sum

  public init() {}

  /// The conventions found in published code.
  public enum Unit: String, SettingValue, CaseIterable {
    /// Summed squared error of images in [0, 1]: the unit in which weights are compared.
    case sum
    /// Mean squared error over the values of an image.
    case mean
    /// 0.05 × summed squared error of images in [−1, 1], as the WAE authors' code has it.
    case wae

    /// The factor on the summed squared error.
    public func factor(valueCount: Int) -> Double {
      switch self {
      case .sum: 1
      case .mean: 1 / Double(valueCount)
      case .wae: 0.2
      }
    }
  }
}

/// `schedule`: how step size and weight change over the run.
public struct ScheduleConfiguration: PluginConfiguration {
  @Setting("course of the step size after warm-up") public var learningRate = Course.constant
  @Setting("steps in which the step size rises linearly from zero", .between(0, 1_000_000_000)) public
    var warmup = 0
  @Setting("the step size at the end as a share of the first", .between(0, 1)) public var finalShare = 0.01
  @Setting("steps in which the penalty's weight rises linearly from zero", .between(0, 1_000_000_000))
  public var weightWarmup = 0
  @Setting(
    "with weight=auto: the size of the penalty's gradient at the features over the reconstruction's",
    .above(0))
  public var weightTarget = 0.5
  @Setting("with weight=auto: steps in which λ is measured before it stays fixed", .between(1, 1_000_000_000))
  public var weightCalibration = 100

  public init() {}

  /// The courses.
  public enum Course: String, SettingValue, CaseIterable { case constant, linear, cosine, exponential }
}

/// `training`: how long, how much at a time, from which seed.
public struct TrainingConfiguration: PluginConfiguration {
  @Setting("passes over the training images", .between(1, 1_000_000)) public var epochs = 100
  @Setting("steps; null for what the epochs come to", .between(1, 1_000_000_000)) public var steps: Int?
  @Setting("images in a step", .between(2, 1_048_576)) public var batch = 100
  @Setting("seed of every random stream", .atLeast(0)) public var seed = 0
  @Setting("precision of matrix products and convolutions") public var precision = Precision.float32

  public init() {}

  /// The precisions.
  public enum Precision: String, SettingValue, CaseIterable {
    case float32, bfloat16

    var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
  }
}

/// `record`: what a run writes, and when.
public struct RecordConfiguration: PluginConfiguration {
  @Setting("steps between lines of metrics.jsonl", .between(1, 1_000_000_000)) public var metrics = 20
  @Setting("steps between evaluations on held-out images", .between(1, 1_000_000_000)) public var evaluation =
    500
  @Setting("steps between sample grids", .between(1, 1_000_000_000)) public var samples = 500
  @Setting("steps between checkpoints", .between(1, 1_000_000_000)) public var checkpoint = 500
  @Setting("newest checkpoints kept beside the best", .between(1, 1_000_000)) public var keep = 1
  @Setting("write event files that TensorBoard reads") public var tensorboard = true
  @Setting(
    "held-out score that names the best checkpoint: reconstruction error, or sliced Wasserstein distance to the prior"
  )
  public var best = Score.reconstruction

  public init() {}

  /// Scores that do not depend on the regularizer.
  public enum Score: String, SettingValue, CaseIterable {
    case reconstruction
    case latentMatch = "latent-match"
  }
}
