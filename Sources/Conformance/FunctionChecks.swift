import Foundation
import MoCAProtocols

/// Checks of a penalty as a function, whatever it is a function of.
protocol FunctionChecks {
  /// Whether the order of the batch matters.
  func order() throws -> Finding
  /// Whether the expectation depends on the size of the batch.
  func batchSize() throws -> Finding
  /// Whether gradients are those of finite differences.
  func gradients() throws -> Finding
  /// Whether everything is finite in the precision of training.
  func bfloat16() throws -> Finding
  /// Whether everything is finite where all codes are one.
  func finiteAtCollapse() throws -> Finding
  /// Whether the state survives being saved and loaded.
  func state() throws -> Finding
}

extension FunctionChecks {
  /// Whether two means agree within four standard errors, `slack` and rounding.
  func agreement(_ means: [Summary], slack: Double, _ first: String, _ second: String) -> Finding {
    let noise = 4 * (means[0].error * means[0].error + means[1].error * means[1].error).squareRoot()
    let difference = abs(means[1].mean - means[0].mean)
    let limit = noise + slack + 1e-5 * abs(means[0].mean)
    return Finding(
      difference <= limit, value: difference, limit: limit,
      "\(short(means[0].mean)) \(first) and \(short(means[1].mean)) \(second), \(short(limit)) allowed")
  }

  /// How far the derivative along a direction is from central differences, in units of the larger of the two and of a
  /// tenth of what the gradient's length allows, and of `rounding`.
  ///
  /// Of five step sizes the best counts: single precision spoils small ones, a kink between two codes large ones.
  ///
  /// - Parameters:
  ///   - gradient: Tensors of the direction's shapes.
  ///   - unit: The direction, as long as what is moved.
  ///   - rounding: What is too small to be told from zero.
  ///   - value: The penalty at a distance along the direction.
  func derivativeError(
    of gradient: [Tensor], along unit: [Tensor], rounding: Double = 0,
    value: (_ distance: Double) throws -> Double
  ) rethrows -> Double {
    let slope = zip(gradient, unit).reduce(0) { $0 + ($1.0 * $1.1).to(dtype: .float64).sum().item }
    let least = max(0.1 * total(gradient) * total(unit), rounding, 1e-30)
    let errors = try [5e-2, 1e-2, 2e-3, 4e-4, 1e-4].map { distance in
      let difference = (try value(distance) - value(-distance)) / (2 * distance)
      return abs(difference - slope) / max(abs(difference), abs(slope), least)
    }
    return errors.filter(\.isFinite).min() ?? .nan
  }

  func finite(_ bad: [String]) -> Finding {
    Finding(
      bad.isEmpty,
      bad.isEmpty ? "finite" : "value or gradient is not finite with " + bad.joined(separator: ", "))
  }

  /// Whether a loaded instance gives the values of the one that was saved.
  func stateFinding(_ differences: [Double]) -> Finding {
    let worst = worst(differences)
    return Finding(
      worst <= 1e-5, value: worst, limit: 1e-5, "the loaded instance's value differs by \(short(worst)) of it"
    )
  }

  /// A module's state, to be put back later.
  func snapshot(_ module: any Module) -> [String: Tensor] {
    Dictionary(
      module.namedTensors().map { ($0.name, $0.tensor.detached().copy()) }, uniquingKeysWith: { $1 })
  }

  /// The length of several tensors as one vector.
  func total(_ tensors: [Tensor]) -> Double {
    tensors.reduce(0) { $0 + $1.to(dtype: .float64).squared().sum().item }.squareRoot()
  }

  /// The largest number; NaN where one is.
  func worst(_ values: [Double]) -> Double {
    values.contains { $0.isNaN } ? .nan : values.max() ?? .nan
  }
}
