import Foundation
import Metrics
import MoCAProtocols

/// Checks of what the penalty says about the distribution of the codes.
struct DistributionChecks {
  private let specimen: Specimen
  private let plan: ConformancePlan
  private let band: (mean: Double, upper: Double)

  /// Simulates the penalty's null band.
  init(_ specimen: Specimen, _ plan: ConformancePlan) throws {
    self.specimen = specimen
    self.plan = plan
    let nulls = try specimen.penalties(
      of: .prior, count: plan.nullCount, batch: plan.batchSize, criticSteps: plan.criticSteps)
    let summary = Summary(nulls)
    // 3.09 is the normal distribution's 99.9 % quantile; both means have their error.
    let error = (1 / Double(plan.replicateCount) + 1 / Double(plan.nullCount)).squareRoot()
    band = (summary.mean, summary.mean + 3.09 * summary.deviation * error)
  }

  /// The mean penalty under each distribution exceeds the band in which the mean of as many batches of the
  /// prior lies with 99.9 % probability, from the simulated mean and deviation.
  func larger(under distributions: [CodeDistribution]) throws -> Finding {
    let means = try distributions.map { distribution in
      Summary(
        try specimen.penalties(
          of: distribution, count: plan.replicateCount, batch: plan.batchSize, criticSteps: plan.criticSteps)
      ).mean
    }
    let lowest = means.contains { $0.isNaN } ? Double.nan : means.min() ?? .nan
    return Finding(
      lowest > band.upper, value: lowest, limit: band.upper,
      "\(means.map(short).joined(separator: ", ")) beside \(short(band.mean)) at the prior, "
        + "band up to \(short(band.upper))")
  }

  /// Codes that start as draws of the prior and descend the penalty stay in the null bands of `LawTest`, which
  /// knows nothing of the penalty. A penalty that is smaller elsewhere takes them there.
  ///
  /// Steps as in ``PointMover``, of 2 % of the prior's spread, falling linearly to zero: a coordinate can travel at most
  /// ``ConformancePlan/descentSteps`` % of a standard deviation, and travels about half of that where all gradients are
  /// alike.
  func minimum() throws -> Finding {
    let start = specimen.codes(of: .prior, count: plan.batchSize, seed: 21)
    let mover = try PointMover(specimen, start: start, criticSteps: plan.criticSteps)
    for step in 0..<plan.descentSteps {
      let progress = Double(step) / Double(plan.descentSteps)
      mover.step(learningRate: 0.02 * specimen.shape.spread * (1 - progress))
    }
    let test = LawTest(of: specimen.prior, count: plan.batchSize, using: Generator(seed: 22))
    let scores = test.scores(of: mover.codes)
    let worst = scores.max { $0.excess < $1.excess }
    return Finding(
      scores.allSatisfy(\.isMet), value: worst?.value, limit: worst?.limit,
      "after a descent from draws: " + scores.map(\.summary).joined(separator: ", "))
  }
}

extension LawTest.Score {
  /// The value in units of the limit.
  var excess: Double { value.map { $0 / limit } ?? .infinity }

  /// `energy 0.01 of 0.02`.
  var summary: String { "\(measure) \(value.map(short) ?? "not finite") of \(short(limit))" }
}
