import Foundation
import MoCAProtocols

/// Checks of the penalty as a function.
struct NumericChecks {
  let specimen: Specimen
  let plan: ConformancePlan

  /// A batch permuted gives the same value and the permuted gradient, to 1e-4 and 1e-2 of their size: a direction
  /// found by ascent carries rounding into the gradient.
  func order() throws -> Finding {
    let codes = specimen.codes(of: .shifted, count: plan.batchSize, seed: 31)
    let order = Tensor.permutation(plan.batchSize, using: Generator(seed: 32))
    let plain = try slope(at: codes)
    let permuted = try slope(at: codes.gathered(along: 0, at: order))
    let change = abs(permuted.value - plain.value) / max(abs(plain.value), 1e-6)
    let size = norm(plain.gradient)
    let turn =
      size == 0 ? 0 : norm(permuted.gradient - plain.gradient.gathered(along: 0, at: order)) / size
    return Finding(
      change <= 1e-4 && turn <= 1e-2, value: change, limit: 1e-4,
      "value changes by \(short(change)), gradient by \(short(turn)) of their size")
  }

  /// Means over batches of half and of twice the size agree within four standard errors and 10 % of the larger of
  /// the value and its distance from the value at the prior. The codes are shifted, where a bias of 1/n is small
  /// beside the value; a stored population keeps its size.
  func batchSize() throws -> Finding {
    let sizes = [plan.batchSize / 2, plan.batchSize * 2]
    let means = try sizes.map { Summary(try untrained(.shifted, batch: $0)) }
    let prior = Summary(try untrained(.prior, batch: sizes[0])).mean
    let scale = max(abs(means[0].mean), abs(means[0].mean - prior))
    let noise = 4 * (means[0].error * means[0].error + means[1].error * means[1].error).squareRoot()
    let difference = abs(means[1].mean - means[0].mean)
    let limit = noise + 0.1 * scale
    return Finding(
      difference <= limit, value: difference, limit: limit,
      "\(short(means[0].mean)) at \(sizes[0]) and \(short(means[1].mean)) at \(sizes[1]) codes")
  }

  /// Derivatives along five directions equal central differences to 2 % of the larger of the two and of a tenth of
  /// what the gradient's length allows. Of five step sizes, by which the farthest code moves in units of
  /// its length, the best counts: single precision spoils small ones, a
  /// kink between two codes large ones. Random numbers and state are the same in every evaluation.
  func gradients() throws -> Finding {
    let geometry = specimen.prior.geometry
    let codes = specimen.codes(of: .shifted, count: plan.batchSize, seed: 41)
    let gradient = try slope(at: codes).gradient
    let reach = norm(codes) / Double(plan.batchSize).squareRoot()
    let errors = try directions(gradient, codes).map { direction in
      let tangent = direction * geometry.freedom(at: codes)
      let unit = tangent * (reach / max(tangent.norm(along: 1).maximum().item, 1e-30))
      let slope = (gradient * unit).to(dtype: .float64).sum().item
      let floor = 0.1 * norm(gradient) * norm(unit)
      let differences = try [5e-2, 1e-2, 2e-3, 4e-4, 1e-4].map { step in
        (try value(at: codes + unit * step) - value(at: codes - unit * step)) / (2 * step)
      }
      let all = differences.map { abs($0 - slope) / max(abs($0), abs(slope), floor, 1e-30) }
      return all.contains { $0.isFinite } ? all.filter(\.isFinite).min() ?? .nan : .nan
    }
    let worst = errors.contains { $0.isNaN } ? Double.nan : errors.max() ?? .nan
    return Finding(
      worst <= 0.02, value: worst, limit: 0.02,
      "off by \(errors.map(short).joined(separator: ", ")) of the derivative")
  }

  /// Value and gradient are numbers, on batches of the plan's size, of 32 and of 2.
  func finite(on law: Law, inBrainFloat: Bool) throws -> Finding {
    let sizes = [plan.batchSize, 32, 2]
    let bad = try sizes.filter { size in
      let codes = specimen.codes(of: law, count: size, seed: 51)
      let rounded = inBrainFloat ? codes.to(dtype: .bfloat16).to(dtype: .float32) : codes
      return try !slope(at: rounded, batch: size).isFinite
    }
    return Finding(
      bad.isEmpty,
      bad.isEmpty
        ? "finite"
        : "value or gradient is not finite with \(bad.map(String.init).joined(separator: ", ")) codes")
  }

  /// An instance that has seen some steps is saved and loaded into a new one of another seed; on the next two
  /// batches both give the same value.
  func state() throws -> Finding {
    let seen = try specimen.make(batch: plan.batchSize, seed: 1)
    let critic = CriticTrainer(seen)
    for seed in 0..<UInt64(3) {
      let codes = specimen.codes(of: .shifted, count: plan.batchSize, seed: 60 + seed)
      _ = specimen.value(of: seen, codes, seed: seed)
      critic?.step(specimen.context(codes, streams: RandomStreams(seed: seed, device: .cpu)))
    }
    let fresh = try specimen.make(batch: plan.batchSize, seed: 2)
    do {
      try restore(fresh.namedTensors(), from: specimen.snapshot(seen))
    } catch {
      return Finding(false, "\(error)")
    }
    let differences = (0..<UInt64(2)).map { seed in
      let codes = specimen.codes(of: .shifted, count: plan.batchSize, seed: 70 + seed)
      let expected = specimen.value(of: seen, codes, seed: seed)
      return abs(specimen.value(of: fresh, codes, seed: seed) - expected) / max(abs(expected), 1e-6)
    }
    let worst = differences.contains { $0.isNaN } ? Double.nan : differences.max() ?? .nan
    return Finding(
      worst <= 1e-5, value: worst, limit: 1e-5, "the loaded instance's value differs by \(short(worst)) of it"
    )
  }

  private func slope(at codes: Tensor, batch: Int? = nil) throws -> Slope {
    specimen.gradient(of: try specimen.make(batch: batch ?? plan.batchSize), codes)
  }

  /// The value where codes moved and their keys did not, as the gradient sees it.
  private func value(at moved: Tensor) throws -> Double {
    let keys = specimen.codes(of: .shifted, count: plan.batchSize, seed: 41)
    return specimen.value(
      of: try specimen.make(batch: plan.batchSize), specimen.prior.geometry.parametrized(moved), keys: keys)
  }

  private func untrained(_ law: Law, batch: Int) throws -> [Double] {
    let population = specimen.takesPopulation ? plan.batchSize : 0
    let regularizer = try specimen.make(batch: batch, population: population)
    return (0..<UInt64(13)).map { seed in
      let all = specimen.codes(of: law, count: batch + population, seed: 80 + seed)
      let stored = population > 0 ? all.narrowed(along: 0, from: batch, count: population) : nil
      return specimen.value(
        of: regularizer, all.narrowed(along: 0, from: 0, count: batch), population: stored, seed: seed)
    }
    .suffix(10)
  }

  /// The gradient, the gradient of the first half of the codes, a shift, a stretch, and the gradient in noise.
  private func directions(_ gradient: Tensor, _ codes: Tensor) -> [Tensor] {
    let count = codes.shape[0]
    let mask = Tensor((0..<count).map { $0 < count / 2 ? Float(1) : 0 }, shape: [count, 1])
    let noise = Tensor.normal(codes.shape, using: Generator(seed: 42))
    let signs = Tensor((0..<codes.shape[1]).map { $0 % 2 == 0 ? Float(1) : -0.5 })
    let length = max(norm(gradient), 1e-30)
    return [
      gradient, gradient * mask, signs.expanded(to: codes.shape), codes * signs,
      gradient / length + noise / norm(noise),
    ]
  }

  private func norm(_ tensor: Tensor) -> Double {
    tensor.to(dtype: .float64).squared().sum().item.squareRoot()
  }
}
