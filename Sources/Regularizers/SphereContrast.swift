import Foundation
import MoCAProtocols

extension RegularizerContext {
  /// Refuses a prior that is not uniform on the unit sphere; `deed` says what the method does, as in `makes codes
  /// uniform on the unit sphere`.
  func requireSphere(for name: String, which deed: String) throws {
    if prior.geometry != .sphere {
      throw ConfigurationError.incompatible(
        "the regularizer \"\(name)\" \(deed) and cannot match this prior; "
          + "set prior=hypersphere, or choose another regularizer")
    }
  }

  /// Refuses a batch in which a code has no other to be compared with.
  func requirePairs(for name: String) throws {
    if batchSize < 2, populationSize == 0 {
      throw ConfigurationError.incompatible(
        "the regularizer \"\(name)\" compares codes with each other and finds one in a batch; "
          + "set training.batch to at least 2, or memory=queue")
    }
  }

  /// The points that a code is kept apart from: the population's, or else the others of the batch.
  var negativeCount: Int { populationSize > 0 ? populationSize : max(1, batchSize - 1) }
}

extension RegularizationContext {
  /// The codes' similarities to what they are kept apart from over the temperature, `[batch, negatives]`: the
  /// population, or without one the batch itself, with −∞ in place of a code's similarity to itself.
  func negativeLogits(temperature: Double) -> Tensor {
    // Divided before the product: there is one matrix of that size.
    let scaled = latents / temperature
    guard let population = recollection.population else {
      return scaled.matmul(latents.transposed()).filled(
        where: latents.ownColumns(of: latents), with: -.infinity)
    }
    return scaled.matmul(population.transposed())
  }

  /// What each code is compared with where it is one of the compared points itself: the batch, and the population
  /// behind it.
  ///
  /// Without a population the batch is live on both sides of a pair. With one, only the first point is, since the
  /// stored points cannot be pulled; ``pairGradientFactor`` makes up for the half that is missing.
  var compared: Tensor {
    recollection.population.map { .concatenated([latents.detached(), $0]) } ?? latents
  }

  /// 2 where ``compared`` is not live, else 1.
  var pairGradientFactor: Double { recollection.population == nil ? 1 : 2 }
}

extension Tensor {
  /// True where a row of this matrix meets itself among the rows of `others`, which start with the same rows:
  /// `[rows, rows of others]`.
  func ownColumns(of others: Tensor) -> Tensor {
    Tensor.range(shape[0], on: device).expandingDimension(at: 1)
      .isEqual(to: Tensor.range(others.shape[0], on: device).expandingDimension(at: 0))
  }
}

/// How much gradient the contrastive loss has left near uniformity.
///
/// The pull of the negatives is multiplied by the softmax's mass on them. With the positive at similarity 1 that mass
/// is 1 − exp(−L*) at uniformity, which vanishes where log K + log M(1/τ) lies well below 1/τ (log M(1/τ) is about
/// 1/(2dτ²) where 1/τ is small beside d): then the loss only keeps codes from coming very near each other.
struct ContrastiveGate {
  let dimension: Int
  let temperature: Double
  let negativeCount: Int

  /// Below this mass at uniformity a warning is due.
  static let leastMass = 0.05
  private static let temperatures = [0.05, 0.07, 0.1, 0.2, 0.5, 1]

  /// 1 − exp(−L*) at this temperature, or at another.
  func mass(at temperature: Double) -> Double {
    UnitSphere.negativeMass(dimension: dimension, temperature: temperature, negativeCount: negativeCount)
  }

  /// The smallest of a few usual temperatures at which half of the softmax lies on the negatives.
  var livelyTemperature: Double? { Self.temperatures.first { mass(at: $0) >= 0.5 } }

  /// The negatives with which this temperature would have a mass of one half: exp(1/τ) / M(1/τ).
  private var livelyCount: Double {
    exp(1 / temperature - UnitSphere.logMoment(1 / temperature, dimension: dimension))
  }

  /// The warning for a regularizer of that name, or none where there is gradient enough.
  func warnings(for name: String) -> [String] {
    let mass = mass(at: temperature)
    if mass >= Self.leastMass { return [] }
    let round = { (value: Double) in String(format: "%.3g", value) }
    let gain = log(Double(negativeCount)) + UnitSphere.logMoment(1 / temperature, dimension: dimension)
    var ways =
      livelyTemperature.map { ["regularizer.temperature=\($0) (mass \(round(self.mass(at: $0))))"] } ?? []
    if livelyCount < 16_777_216 {
      ways.append("about \(Int(livelyCount.rounded(.up))) negatives, by memory.capacity")
    }
    ways.append("regularizer=decoupled-contrast, which does not fade")
    return [
      "the regularizer \"\(name)\" has hardly any gradient near uniformity: at temperature \(temperature) with "
        + "\(negativeCount) negatives in \(dimension) dimensions the softmax leaves \(round(mass)) of its mass on the "
        + "negatives, since log K + log M(1/τ) = \(round(gain)) lies below 1/τ = \(round(1 / temperature)); "
        + "it will only keep codes from coming very near each other; for a lasting pull set "
        + ways.joined(separator: ", or ")
    ]
  }
}
