import Foundation
import MoCAProtocols

/// Checks of a penalty that is a function of posteriors or networks: a step of ``StubNetworks`` takes the place of the
/// codes. The reconstruction term is checked beside the penalty, since such a method may have one of its own.
struct NetworkChecks: FunctionChecks {
  let specimen: Specimen
  let networks: StubNetworks
  let plan: ConformancePlan

  /// As for codes. A penalty of images may draw anew for each of them, as random views do; then the order of the batch
  /// decides which draw an image gets, and the means of 20 evaluations are compared instead.
  func order() throws -> Finding {
    let images = StubNetworks.images(plan.batchSize, seed: 31)
    let order = Tensor.permutation(plan.batchSize, using: Generator(seed: 32))
    let (plain, permuted) = try (slopes(images), slopes(images, order: order))
    let changes = zip(plain, permuted).map { abs($1.value - $0.value) / max(abs($0.value), 1e-6) }
    let turns = zip(plain, permuted).map { first, second in
      let difference = zip(first.gradients, second.gradients).map { $1 - $0 }
      return total(difference) / max(total(first.gradients), 1e-30)
    }
    let (change, turn) = (worst(changes), worst(turns))
    if !(change <= 1e-4 && turn <= 1e-2), specimen.subject == .networks {
      return try orderOnAverage(images, order)
    }
    return Finding(
      change <= 1e-4 && turn <= 1e-2, value: change, limit: 1e-4,
      "value changes by \(short(change)), gradient by \(short(turn)) of their size")
  }

  private func orderOnAverage(_ images: Tensor, _ order: Tensor) throws -> Finding {
    let step = try step()
    let means = [nil, order].map { order in
      Summary((0..<UInt64(20)).map { step.losses(images, seed: $0, order: order).penalty.item })
    }
    return agreement(means, slack: 0, "in order", "out of order, on average over draws for each image")
  }

  /// Means over batches of half and of twice the size agree within four standard errors.
  func batchSize() throws -> Finding {
    let sizes = [plan.batchSize / 2, plan.batchSize * 2]
    let means = try sizes.map { size in
      let step = try step(batch: size)
      return Summary(
        (0..<UInt64(23)).map { seed in
          step.spreadFeatures(seed: 200 + seed)
          return step.losses(StubNetworks.images(size, seed: 80 + seed), seed: seed).penalty.item
        }.suffix(20))
    }
    return agreement(means, slack: 0, "at \(sizes[0])", "at \(sizes[1]) codes")
  }

  /// As for codes, of the features, the codes, the weights of encoder and decoder and the method's own parameters, one
  /// after the other; a derivative below 1e-4 of the value counts as none. Codes are held apart from the
  /// features: how a draw follows its distribution is the posterior's affair.
  func gradients() throws -> Finding {
    let images = StubNetworks.images(plan.batchSize, seed: 41)
    let codes = try step().losses(images).context.latents
    let base = try step(codes: codes)
    let losses = base.losses(images).both
    var errors: [(name: String, value: Double)] = []
    for (loss, gradients) in losses.map({ base.gradients(of: $0) }).enumerated() {
      for (part, gradient) in gradients.enumerated() {
        let found = try units(gradient, like: base.parts[part].tensors).map { unit in
          try derivativeError(of: gradient, along: unit, rounding: 1e-4 * abs(losses[loss].item)) {
            distance in
            let moved = try step(codes: codes)
            moved.move(part, along: unit, by: distance)
            return moved.losses(images).both[loss].item
          }
        }
        errors.append((base.parts[part].name, worst(found)))
      }
    }
    let greatest = worst(errors.map(\.value))
    let penalty = errors.prefix(base.parts.count).map { "\($0.name) \(short($0.value))" }
    return Finding(
      greatest <= 0.02, value: greatest, limit: 0.02,
      "penalty off by " + penalty.joined(separator: ", ") + "; reconstruction by "
        + short(worst(errors.suffix(base.parts.count).map(\.value))) + " of the derivative")
  }

  /// With the networks under autocast in bfloat16, on batches of the plan's size, of 32 and of 2.
  func bfloat16() throws -> Finding {
    let bad = try [plan.batchSize, 32, 2].filter { size in
      let images = StubNetworks.images(size, seed: 51)
      return try !slopes(images, batch: size, in: .bfloat16).allSatisfy(\.isFinite)
    }
    return finite(bad.map { "\($0) codes" })
  }

  /// All images one, and the distributions of all images as they come, nearly points, or very wide: all
  /// features 30 lower or higher.
  func finiteAtCollapse() throws -> Finding {
    let cases = [("equal images", 0.0), ("features near −30", -30), ("features near 30", 30)]
    let bad = try cases.filter { _, shift in
      let images = StubNetworks.images(1, seed: 52).expanded(to: [plan.batchSize, 1, 8, 8])
      let step = try NetworkStep(specimen, networks, batch: plan.batchSize)
      step.shiftFeatures(by: shift)
      return !slopes(step, images).allSatisfy(\.isFinite)
    }
    return finite(bad.map(\.0))
  }

  /// As for codes; the networks' state is saved and loaded too, since a method may have altered them.
  func state() throws -> Finding {
    let (seen, fresh) = try (step(seed: 1), step(seed: 2))
    let critic = CriticTrainer(seen.regularizer)
    for seed in 0..<UInt64(3) {
      let losses = seen.losses(StubNetworks.images(plan.batchSize, seed: 60 + seed), seed: seed)
      critic?.step(losses.context)
    }
    do {
      try restore(fresh.regularizer.namedTensors(), from: snapshot(seen.regularizer))
      try restore(fresh.model.namedTensors(), from: snapshot(seen.model))
    } catch {
      return Finding(false, "\(error)")
    }
    let differences = (0..<UInt64(2)).flatMap { seed -> [Double] in
      let images = StubNetworks.images(plan.batchSize, seed: 70 + seed)
      let (old, new) = (seen.losses(images, seed: seed).both, fresh.losses(images, seed: seed).both)
      return zip(old, new).map { abs($1.item - $0.item) / max(abs($0.item), 1e-6) }
    }
    return stateFinding(differences)
  }
}

extension NetworkChecks {
  private struct Slopes {
    let value: Double
    let gradients: [Tensor]

    var isFinite: Bool { value.isFinite && gradients.allSatisfy { $0.isFinite.all().item != 0 } }
  }

  private func step(batch: Int? = nil, codes: Tensor? = nil, seed: UInt64 = 0) throws -> NetworkStep {
    let step = try NetworkStep(
      specimen, networks, batch: batch ?? plan.batchSize, codes: codes, seed: seed)
    step.spreadFeatures()
    return step
  }

  /// Penalty and reconstruction, each with its gradients.
  private func slopes(
    _ images: Tensor, batch: Int? = nil, order: Tensor? = nil, in dtype: DType = .float32
  ) throws -> [Slopes] {
    slopes(try step(batch: batch), images, order: order, in: dtype)
  }

  private func slopes(
    _ step: NetworkStep, _ images: Tensor, order: Tensor? = nil, in dtype: DType = .float32
  ) -> [Slopes] {
    step.losses(images, order: order, in: dtype).both.map {
      Slopes(value: $0.item, gradients: step.gradients(of: $0).flatMap { $0 })
    }
  }

  /// The gradient, and the gradient in noise, or noise alone where there is no gradient; each as long as what it moves.
  private func units(_ gradient: [Tensor], like tensors: [Tensor]) -> [[Tensor]] {
    let generator = Generator(seed: 42)
    let noise = gradient.map { Tensor.normal($0.shape, using: generator) }
    let (length, loudness) = (total(gradient), total(noise))
    let mixed = zip(gradient, noise).map { $0 / max(length, 1e-30) + $1 / loudness }
    let size = total(tensors)
    return (length > 0 ? [gradient, mixed] : [noise]).map { direction in
      let scale = (size > 0 ? size : 1) / total(direction)
      return direction.map { $0 * scale }
    }
  }
}
