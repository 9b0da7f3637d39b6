import Mathematics
import PluginKit

/// What a run took. Costs are shown and never decide what is better.
package struct RunCost: Sendable, Equatable, Encodable {
  /// Seconds of a step: the median over the log's lines after the first.
  package var stepSeconds: Double?
  /// The regularizer's share of a step's time: the mean over the lines that state it.
  package var regularizerShare: Double?
  /// The most memory of the host that the training held, in bytes; the scoring's too for cells of a build that did not
  /// tell them apart. A device's own memory is not in it.
  package var peakMemory: Double?
  /// Seconds of its steps, by its log, over all its starts, with checkpoints and sample grids; evaluations and scores are not
  /// counted.
  package var trainingSeconds: Double?
  /// Numbers that are trained.
  package var parameters: Double?

  /// Reads a run's log and record.
  init(_ run: ComparedRun) {
    let lines = run.metrics.filter { $0[.stepSeconds]?.isFinite == true }
    stepSeconds = lines.dropFirst().compactMap { $0[.stepSeconds] }.median
    regularizerShare = run.metrics.compactMap { $0[.regularizerShare] }.filter(\.isFinite).mean
    peakMemory = (run.outcome?.trainingMemory ?? run.outcome?.peakMemory).map(Double.init)
    trainingSeconds = Self.loggedSeconds(lines)
    parameters = run.run?.record?.parameters.map(Double.init)
  }

  /// The means over runs that tell.
  init(meanOf costs: [RunCost]) {
    stepSeconds = costs.compactMap(\.stepSeconds).mean
    regularizerShare = costs.compactMap(\.regularizerShare).mean
    peakMemory = costs.compactMap(\.peakMemory).mean
    trainingSeconds = costs.compactMap(\.trainingSeconds).mean
    parameters = costs.compactMap(\.parameters).mean
  }

  /// A line states the mean over the steps since the line before.
  private static func loggedSeconds(_ lines: [[String: Double]]) -> Double? {
    var (sum, last) = (0.0, 0.0)
    for line in lines {
      guard let step = line[.step], let seconds = line[.stepSeconds] else { continue }
      sum += (step - last) * seconds
      last = step
    }
    return lines.isEmpty ? nil : sum
  }
}
