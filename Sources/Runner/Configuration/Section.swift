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
