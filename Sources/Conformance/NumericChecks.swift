import Foundation
import MoCAProtocols

/// Checks of a penalty that is a function of codes. Where the method's own memory is a queue, there is a population of
/// as many codes beside the batch.
struct NumericChecks: FunctionChecks {
  let specimen: Specimen
  let plan: ConformancePlan

  /// A batch permuted gives the same value and the permuted gradient, to 1e-4 and 1e-2 of their size: a direction
  /// found by ascent carries rounding into the gradient.
  func order() throws -> Finding {
    let codes = specimen.codes(of: .shifted, count: plan.batchSize, seed: 31)
    let order = Tensor.permutation(plan.batchSize, using: Generator(seed: 32))
    let stored = specimen.population(of: .shifted, batch: plan.batchSize, seed: 33)
    let plain = try slope(at: codes, stored)
    let permuted = try slope(at: codes.gathered(along: 0, at: order), stored)
    let change = abs(permuted.value - plain.value) / max(abs(plain.value), 1e-6)
    let size = total([plain.gradient])
    let turn =
      size == 0 ? 0 : total([permuted.gradient - plain.gradient.gathered(along: 0, at: order)]) / size
    return Finding(
      change <= 1e-4 && turn <= 1e-2, value: change, limit: 1e-4,
      "value changes by \(short(change)), gradient by \(short(turn)) of their size")
  }

  /// Means over batches of half and of twice the size agree within four standard errors; a stored population keeps its
  /// size.
  ///
  /// At the prior nothing else is allowed, so that a term in 1/n shows however small it is: 20 batches of either size, or
  /// six where these differ by more than twice as much. With shifted codes 10 % of the larger of the value and its distance from the value at the prior are.
  func batchSize() throws -> Finding {
    let sizes = [plan.batchSize / 2, plan.batchSize * 2]
    let places = ("at \(sizes[0])", "at \(sizes[1]) codes")
    let few = try sizes.map { Summary(try untrained(.prior, batch: $0, count: 6)) }
    let first = agreement(few, slack: 0, places.0, places.1)
    let isPlain = (first.value ?? .infinity) > 2 * (first.limit ?? 0)
    let prior = isPlain ? few : try sizes.map { Summary(try untrained(.prior, batch: $0, count: 20)) }
    var finding = agreement(prior, slack: 0, places.0, places.1)
    finding.detail = "at the prior " + finding.detail
    if !finding.holds { return finding }
    let shifted = try sizes.map { Summary(try untrained(.shifted, batch: $0, count: 10)) }
    let scale = max(abs(shifted[0].mean), abs(shifted[0].mean - prior[0].mean))
    let other = agreement(shifted, slack: 0.1 * scale, places.0, places.1)
    finding.detail += "; shifted " + other.detail
    return Finding(
      other.holds, value: other.holds ? finding.value : other.value,
      limit: other.holds ? finding.limit : other.limit, finding.detail)
  }

  /// Derivatives along five directions equal central differences to 2 %, in the units of
  /// ``FunctionChecks/derivativeError(of:along:value:)``; a step of 1 moves the farthest code by its length. Random
  /// numbers and state are the same in every evaluation. With a population the gradient may be twice the derivative:
  /// live codes then pull for the stored ones as well, which are as many.
  func gradients() throws -> Finding {
    let geometry = specimen.prior.geometry
    let codes = specimen.codes(of: .shifted, count: plan.batchSize, seed: 41)
    let stored = specimen.population(of: .shifted, batch: plan.batchSize, seed: 43)
    let gradient = try slope(at: codes, stored).gradient
    let reach = total([codes]) / Double(plan.batchSize).squareRoot()
    let candidates = try (stored == nil ? [1.0] : [1, 0.5]).map { factor in
      try directions(gradient, codes).map { direction in
        let tangent = direction * geometry.freedom(at: codes)
        let unit = tangent * (reach / max(tangent.norm(along: 1).maximum().item, 1e-30))
        return try derivativeError(of: [gradient * factor], along: [unit]) { distance in
          try value(at: codes + unit * distance, keys: codes, stored)
        }
      }
    }
    let errors = candidates.min { rank($0) < rank($1) } ?? []
    return Finding(
      worst(errors) <= 0.02, value: worst(errors), limit: 0.02,
      "off by \(errors.map(short).joined(separator: ", ")) of the derivative")
  }

  private func rank(_ errors: [Double]) -> Double {
    let worst = worst(errors)
    return worst.isNaN ? .infinity : worst
  }

  /// Value and gradient are numbers for codes rounded to bfloat16, on batches of the plan's size, of 32 and of 2.
  /// Rounded codes are what a penalty gets where the networks run under autocast: the run takes losses outside of it,
  /// in float32.
  func bfloat16() throws -> Finding {
    let bad = try sizesNotFinite(on: .prior) { $0.to(dtype: .bfloat16).to(dtype: .float32) }
    return finite(bad.map { "\($0) codes" })
  }

  /// Value and gradient are numbers where all codes are one point: a draw of the prior, and the centre of a convex
  /// support.
  func finiteAtCollapse() throws -> Finding {
    let bad = try CodeDistribution.collapses(specimen.prior.geometry).flatMap { distribution in
      let place = distribution == .centred ? "the centre" : "a draw"
      return try sizesNotFinite(on: distribution) { $0 }.map { "\($0) codes at \(place)" }
    }
    return finite(bad)
  }

  private func sizesNotFinite(on distribution: CodeDistribution, _ rounded: (Tensor) -> Tensor) throws
    -> [Int]
  {
    try [plan.batchSize, 32, 2].filter { size in
      let codes = specimen.codes(of: distribution, count: size, seed: 51)
      let stored = specimen.population(of: distribution, batch: size, seed: 52).map(rounded)
      return try !slope(at: rounded(codes), stored).isFinite
    }
  }

  /// An instance that has seen some steps is saved and loaded into a new one of another seed; on the next two
  /// batches both give the same value.
  func state() throws -> Finding {
    let seen = try specimen.make(batch: plan.batchSize, seed: 1)
    let critic = CriticTrainer(seen)
    let stored = specimen.population(of: .prior, batch: plan.batchSize, seed: 59)
    for seed in 0..<UInt64(3) {
      let codes = specimen.codes(of: .shifted, count: plan.batchSize, seed: 60 + seed)
      _ = specimen.value(of: seen, codes, population: stored, seed: seed)
      critic?.step(
        specimen.context(codes, population: stored, streams: RandomStreams(seed: seed, device: .cpu)))
    }
    let fresh = try specimen.make(batch: plan.batchSize, seed: 2)
    do {
      try restore(fresh.namedTensors(), from: snapshot(seen))
    } catch {
      return Finding(false, "\(error)")
    }
    return stateFinding(
      (0..<UInt64(2)).map { seed in
        let codes = specimen.codes(of: .shifted, count: plan.batchSize, seed: 70 + seed)
        let expected = specimen.value(of: seen, codes, population: stored, seed: seed)
        let found = specimen.value(of: fresh, codes, population: stored, seed: seed)
        return abs(found - expected) / max(abs(expected), 1e-6)
      })
  }
}

extension NumericChecks {
  private func slope(at codes: Tensor, _ stored: Tensor?) throws -> Slope {
    specimen.gradient(of: try specimen.make(batch: codes.shape[0]), codes, population: stored)
  }

  /// The value where codes moved and their keys did not, as the gradient sees it.
  private func value(at moved: Tensor, keys: Tensor, _ stored: Tensor?) throws -> Double {
    specimen.value(
      of: try specimen.make(batch: plan.batchSize), specimen.prior.geometry.parametrized(moved), keys: keys,
      population: stored)
  }

  /// Penalties of an instance whose critic, if it has one, knows nothing yet; the first three are left out.
  private func untrained(_ distribution: CodeDistribution, batch: Int, count: Int) throws -> [Double] {
    let population = specimen.takesPopulation ? plan.batchSize : 0
    let regularizer = try specimen.make(batch: batch, population: population)
    return (0..<UInt64(count + 3)).map { seed in
      let all = specimen.codes(of: distribution, count: batch + population, seed: 80 + seed)
      let stored = population > 0 ? all.narrowed(along: 0, from: batch, count: population) : nil
      return specimen.value(
        of: regularizer, all.narrowed(along: 0, from: 0, count: batch), population: stored, seed: seed)
    }
    .suffix(count)
  }

  /// The gradient, the gradient of the first half of the codes, a shift, a stretch, and the gradient in noise.
  private func directions(_ gradient: Tensor, _ codes: Tensor) -> [Tensor] {
    let count = codes.shape[0]
    let mask = Tensor((0..<count).map { $0 < count / 2 ? Float(1) : 0 }, shape: [count, 1])
    let noise = Tensor.normal(codes.shape, using: Generator(seed: 42))
    let signs = Tensor((0..<codes.shape[1]).map { $0 % 2 == 0 ? Float(1) : -0.5 })
    return [
      gradient, gradient * mask, signs.expanded(to: codes.shape), codes * signs,
      gradient / max(total([gradient]), 1e-30) + noise / total([noise]),
    ]
  }
}
