import Files
import PluginKit
import Runner

/// Why runs cannot be compared as asked.
package enum ComparisonError: Fault, Equatable {
  /// A key to group by in which the runs do not differ.
  case unknownKey(String, available: [String])
  /// The seed, which repeats the runs of a group.
  case seedKey(String)
  /// A score that none of the runs has.
  case unknownMetric(String, available: [String])
  /// A group that is not there, or a word that several have.
  case unknownReference(String, available: [String])
  /// Nothing to compare.
  case noScores
  /// A run named twice.
  case repeated(String)

  package var description: String {
    switch self {
    case .unknownKey(let key, let available):
      available.isEmpty
        ? "\"\(key)\" is no key in which the runs differ; there is none but the seed"
        : "\"\(key)\" is no key in which the runs differ" + suggestion(for: key, among: available)
    case .seedKey(let word):
      "\"\(word)\" is no key to group by: runs that differ in \(Experiment.seedKey) are repetitions of one group"
    case .unknownMetric(let name, let available):
      "none of the runs has a score \"\(name)\"" + suggestion(for: name, among: available)
    case .unknownReference(let name, let available):
      "\"\(name)\" is not one group" + suggestion(for: name, among: available)
    case .noScores: "none of the runs was trained to its end and has a score"
    case .repeated(let name): "the run \(name) is named twice; a run cannot be its own repetition"
    }
  }

  package var fault: FaultKind {
    switch self {
    case .unknownKey, .seedKey, .unknownMetric, .unknownReference, .repeated: .usage
    case .noScores: .data
    }
  }
}
