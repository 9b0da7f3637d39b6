import MoCAProtocols
import PluginKit
import Runner

/// Whether the runs of a seed began alike, so that they differ in what they are compared by and in nothing else.
///
/// Runs of one seed are held against the value that most of them share. A difference is explained where a setting in
/// which the runs differ acts on what differs: a wider encoder has other first weights; the runs with wider encoders must
/// then agree with each other. One that no setting explains breaks the pairing, and no intervals are given for the groups
/// of such runs.
package struct Pairing: Sendable, Encodable {
  /// What is compared within a seed.
  package enum Subject: String, Sendable, Encodable, CaseIterable {
    case data
    case weights = "first weights"
    case order = "order of batches"
    case reconstruction = "first reconstruction"
  }

  /// A run that began otherwise than most of its seed.
  package struct Deviation: Sendable, Encodable {
    /// The run.
    package let run: String
    /// What differs.
    package let subject: Subject
    /// Settings that explain it; empty where nothing does.
    package let explanation: [String]

    /// Whether a setting explains it.
    package var isExplained: Bool { !explanation.isEmpty }
  }

  /// What was found for a seed.
  package struct Seed: Sendable, Encodable {
    /// The value of `training.seed`.
    package let seed: String
    /// The runs that were held against each other.
    package let runs: [String]
    /// What is equal in all of them.
    package let equal: [Subject]
    /// What cannot be said, since a run does not state it.
    package let unknown: [Subject]
    /// Where runs differ.
    package let deviations: [Deviation]
  }

  /// Seeds with at least two runs.
  package let seeds: [Seed]

  /// Whether everything is equal in all runs of each seed.
  package var isProved: Bool { seeds.allSatisfy { $0.equal.count == Subject.allCases.count } }

  /// Deviations that nothing explains.
  package var unexplained: [Deviation] { seeds.flatMap(\.deviations).filter { !$0.isExplained } }

  /// Whether a run of the group began otherwise and nothing explains it.
  func isBroken(_ group: ComparisonGroup) -> Bool { isBroken(between: group, and: group) }

  /// Whether a run of either group began otherwise and nothing explains it.
  func isBroken(between first: ComparisonGroup, and second: ComparisonGroup) -> Bool {
    let broken = Set(unexplained.map(\.run))
    return (first.members + second.members).contains { broken.contains($0.run) }
  }

  /// Compares the runs of each seed.
  init(_ runs: [ComparedRun], regularizers: RegularizerCatalog) {
    let started = runs.filter { $0.run?.record != nil }
    seeds = started.map(\.seed).uniqued().compactMap { seed in
      let runs = started.filter { $0.seed == seed }
      return runs.count < 2 ? nil : Self.check(seed, runs, regularizers)
    }
  }

  private static func check(_ seed: String, _ runs: [ComparedRun], _ regularizers: RegularizerCatalog) -> Seed
  {
    var (equal, unknown): ([Subject], [Subject]) = ([], [])
    var deviations: [Deviation] = []
    for subject in Subject.allCases {
      let values = runs.map { subject.value(in: $0) }
      let stated = values.compactMap { $0 }
      if stated.count < values.count { unknown.append(subject) }
      guard let common = mostFrequent(stated), let anchor = values.firstIndex(of: common) else { continue }
      let others = runs.indices.filter { values[$0] != nil && values[$0] != common }
      if others.isEmpty, stated.count == values.count { equal.append(subject) }
      deviations += others.map { index in
        let explanation = subject.explanation(of: runs[index], against: runs[anchor], regularizers)
        // What tells it from most runs does not tell it from those with the same settings: these must agree as well.
        let alike = others.filter {
          subject.explanation(of: runs[index], against: runs[$0], regularizers).isEmpty
        }
        let agrees = mostFrequent(alike.compactMap { values[$0] }) == values[index]
        return Deviation(run: runs[index].name, subject: subject, explanation: agrees ? explanation : [])
      }
    }
    return Seed(
      seed: seed, runs: runs.map(\.name), equal: equal, unknown: unknown, deviations: deviations)
  }

  /// The first of those that stand there most often.
  private static func mostFrequent(_ values: [String]) -> String? {
    values.uniqued().max { first, second in
      let counts = (values.count { $0 == first }, values.count { $0 == second })
      return counts.0 < counts.1
        || counts.0 == counts.1 && (values.firstIndex(of: first) ?? 0) > (values.firstIndex(of: second) ?? 0)
    }
  }
}

extension Pairing.Subject {
  /// What a run states: a digest, or the first logged reconstruction error in all its digits.
  func value(in run: ComparedRun) -> String? {
    let record = run.run?.record
    switch self {
    case .data: return record?.dataDigest
    case .weights: return record?.weightDigest
    case .order: return record?.orderDigest
    case .reconstruction:
      let first = run.metrics.first { $0[.step] == 1 }
      return first?[.reconstruction].map { String($0.bitPattern) }
    }
  }

  /// The settings in which two runs differ and that act on this.
  func explanation(
    of run: ComparedRun, against other: ComparedRun, _ regularizers: RegularizerCatalog
  ) -> [String] {
    guard let mine = run.run, let theirs = other.run else { return [] }
    let keys = Experiment.differences(from: theirs.configuration, to: mine.configuration).map(\.key)
    let sections = Set(sections + actingSections([mine, theirs], regularizers))
    let settings = keys.filter { key in
      sections.contains(key) || sections.contains(String(key.prefix { $0 != "." }))
    }
    return settings + recorded.filter { mine.record?[$0] != theirs.record?[$0] }.map { "run.\($0.rawValue)" }
  }

  /// Sections and keys that act on it whatever plugins they name.
  private var sections: [String] {
    let networks = ["encoder", "decoder", "latent", "posterior", "prior", "dataset"]
    switch self {
    case .data: return ["dataset"]
    case .weights: return networks
    case .order: return ["dataset", "training.batch"]
    case .reconstruction: return networks + ["training.batch", "training.precision", "reconstruction.unit"]
    }
  }

  /// The regularizer's section, where one of them changes the networks or what goes into them.
  private func actingSections(_ runs: [StoredRun], _ regularizers: RegularizerCatalog) -> [String] {
    let names = runs.compactMap { $0.configuration["regularizer"]?["name"]?.text }
    let types = regularizers.entries.filter { names.contains($0.name) }.map(\.type)
    let isActing = types.contains { type in
      switch self {
      case .data, .order: false
      case .weights: type is any ModelAltering.Type
      case .reconstruction:
        type is any ModelAltering.Type || type is any InputCorrupting.Type
          || type is any LatentPerturbing.Type
      }
    }
    return isActing ? ["regularizer"] : []
  }

  /// Entries of the record that act on it: other builds and machines add in another order.
  private var recorded: [RunRecord.CodingKeys] {
    switch self {
    case .data, .order: [.version]
    case .weights: [.version, .libtorch, .device]
    case .reconstruction: [.version, .libtorch, .device, .threads, .machine]
    }
  }
}
