import Foundation
import MoCAProtocols

/// A kernel that is a function of the squared distance s of two points.
struct DistanceKernel {
  let family: MaximumMeanDiscrepancy.Kernel
  /// C of each inverse multiquadric kernel.
  let scales: [Double]
  /// h of the Gaussian and Laplace kernels; `nil` where it is taken from the data.
  let bandwidth: Double?

  /// Whether the kernel has a width to be chosen.
  static func hasBandwidth(_ family: MaximumMeanDiscrepancy.Kernel) -> Bool {
    family == .rbf || family == .laplace
  }

  /// Squared distances below this one count as this one under a root, whose slope at 0 is not finite.
  private static let floor = 1e-8

  /// The kernel at every squared distance. Where the bandwidth is not fixed, its square is `squaredBandwidth`, of
  /// rank 0.
  func values(_ squaredDistances: Tensor, squaredBandwidth: Tensor?) -> Tensor {
    switch family {
    case .imq:
      let terms = scales.map { $0 / (squaredDistances + $0) }
      return terms.dropFirst().reduce(terms[0], +)
    case .rbf: return (scaled(squaredDistances, squaredBandwidth) * -0.5).exp()
    case .laplace:
      return (-scaled(squaredDistances, squaredBandwidth).clamped(min: Self.floor).squareRoot()).exp()
    case .energy: return -squaredDistances.clamped(min: Self.floor).squareRoot()
    }
  }

  /// The same for one number, with a fixed bandwidth.
  func value(_ squaredDistance: Double) -> Double {
    let scaled = bandwidth.map { squaredDistance / ($0 * $0) } ?? squaredDistance
    return switch family {
    case .imq: scales.reduce(0) { $0 + $1 / (squaredDistance + $1) }
    case .rbf: exp(-scaled / 2)
    case .laplace: exp(-scaled.squareRoot())
    case .energy: -squaredDistance.squareRoot()
    }
  }

  private func scaled(_ squaredDistances: Tensor, _ squaredBandwidth: Tensor?) -> Tensor {
    if let bandwidth { return squaredDistances / (bandwidth * bandwidth) }
    guard let squaredBandwidth else { fatalError("the kernel \(family) has no bandwidth") }
    return squaredDistances / squaredBandwidth
  }
}

/// What is known of a kernel's expectations under the prior itself, in place of draws.
enum KernelExpectations {
  /// The sphere's uniform distribution: E k(z, p) = E k(p, p′) = c for every z on it.
  case sphere(Double)
  /// The normal distribution with variance σ² under the Gaussian kernel of width h.
  case normal(squaredBandwidth: Double, variance: Double, dimension: Int)

  /// The expectations of this kernel under `prior`.
  ///
  /// - Throws: `ConfigurationError.incompatible` where they are not known.
  init(_ kernel: DistanceKernel, _ prior: any Prior) throws {
    if prior.geometry == .sphere {
      self = .sphere(
        UnitSphere.expectation(dimension: prior.latentSize) { kernel.value(max(0, 2 - 2 * $0)) })
    } else if let scale = prior.normalScale, kernel.family == .rbf, let bandwidth = kernel.bandwidth {
      self = .normal(
        squaredBandwidth: bandwidth * bandwidth, variance: scale * scale, dimension: prior.latentSize)
    } else {
      throw ConfigurationError.incompatible(
        "the regularizer \"mmd\" with regularizer.reference=analytic knows the expectations of its kernel under the "
          + "uniform distribution on the sphere, and those of the kernel rbf under the normal distribution, "
          + "but not those of \"\(kernel.family.rawValue)\" under this prior; set prior=hypersphere, or regularizer.reference=draws"
      )
    }
  }

  /// E k(p, p′) − 2 · mean over the codes of E k(z, p): what stands beside the codes' own term.
  func remainder(for codes: Tensor) -> Tensor {
    switch self {
    case .sphere(let constant): return .scalar(-constant, on: codes.device)
    case .normal(let square, let variance, let dimension):
      let factor = { (variance: Double) in pow(square / (square + variance), Double(dimension) / 2) }
      let across = (codes.squared().sum(along: 1) * (-0.5 / (square + variance))).exp().mean()
      return factor(2 * variance) - 2 * factor(variance) * across
    }
  }
}
