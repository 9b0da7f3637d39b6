import Foundation
import Metrics
import MoCAProtocols

/// Free codes moved by a regularizer alone until they could be draws of the prior.
///
/// They start as a shifted, elongated cluster on the support. Adam moves them along the normalised gradient (a code in
/// proportion to its share of it) with a step size of 5 % of the root mean square of the prior's coordinates, which
/// falls linearly to zero; a critic takes its step after each of theirs. Every 25 steps both measures of `LawTest` are
/// taken: they have arrived once both lie in their null bands twice running, so that a method which descends one of
/// them is judged by the other, and points that only pass by are not taken for arrived.
public struct FreePoints: Codable, Sendable {
  public let regularizer: String
  public let prior: String
  public let latentSize: Int
  public let count: Int
  public let steps: Int
  public let stepLimit: Int
  public let start: [LawTest.Score]
  public let scores: [LawTest.Score]
  /// The codes at the end, rounded to four decimals.
  public let codes: [[Double]]

  /// Whether they arrived: at the last two looks both measures lay in their bands.
  public let isMet: Bool

  public var summary: String {
    "d = \(latentSize): \(isMet ? "arrived after" : "not there after") \(steps) steps, "
      + scores.map(\.summary).joined(separator: ", ")
  }

  /// Whether all arrived.
  static func finding(_ runs: [FreePoints]) -> Finding {
    Finding(
      runs.allSatisfy(\.isMet), value: runs.map { Double($0.steps) }.max(),
      limit: runs.map { Double($0.stepLimit) }.max(), runs.map(\.summary).joined(separator: "; "))
  }

  init(_ specimen: Specimen, name: String, prior: String, plan: ConformancePlan) throws {
    let target = specimen.prior
    let beginning = Self.cluster(plan.freePointCount, specimen, using: Generator(seed: plan.seed &+ 1))
    let test = LawTest(of: target, count: plan.freePointCount, using: Generator(seed: plan.seed &+ 2))
    let mover = try PointMover(specimen, start: beginning, criticSteps: plan.criticSteps)
    var (step, scores) = (0, test.scores(of: mover.codes))
    start = scores
    var looksInside = scores.allSatisfy(\.isMet) ? 1 : 0
    while step < plan.freePointSteps, looksInside < 2 {
      for _ in 0..<min(25, plan.freePointSteps - step) {
        let progress = Double(step) / Double(plan.freePointSteps)
        mover.step(learningRate: 0.05 * specimen.shape.magnitude * (1 - progress))
        step += 1
      }
      scores = test.scores(of: mover.codes)
      looksInside = scores.allSatisfy(\.isMet) ? looksInside + 1 : 0
    }
    isMet = looksInside >= 2
    regularizer = name
    self.prior = prior
    latentSize = target.latentSize
    count = plan.freePointCount
    steps = step
    stepLimit = plan.freePointSteps
    self.scores = scores
    let values = mover.codes.doubles.map { ($0 * 1e4).rounded() / 1e4 }
    codes = stride(from: 0, to: values.count, by: latentSize).map {
      Array(values[$0..<$0 + target.latentSize])
    }
  }

  /// `[count, latentSize]`: around one point, with a spread that grows from coordinate to coordinate.
  private static func cluster(_ count: Int, _ specimen: Specimen, using generator: Generator) -> Tensor {
    let (prior, size) = (specimen.prior, specimen.prior.latentSize)
    let spread = Tensor((0..<size).map { 0.2 + Float($0) / Float(max(1, size - 1)) })
    let cloud = Tensor.normal([count, size], using: generator) * spread
    if prior.geometry == .simplex {
      let powers = (cloud + spread).exp()
      return powers / powers.sum(along: 1, keepsDimensions: true)
    }
    return prior.geometry.retracted((cloud + 1) * specimen.shape.magnitude)
  }
}
