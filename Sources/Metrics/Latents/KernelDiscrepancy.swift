import MoCAProtocols

/// E k(z, z′) − 2 E k(z, p) + E k(p, p′) for a kernel of the squared distance, codes z and the prior's p.
///
/// Where the prior is uniform on the sphere or normal, its expectations are exact; else they are means over as many
/// draws as there are codes.
struct KernelDiscrepancy {
  /// The kernel at each squared distance.
  let kernel: (Tensor) -> Tensor
  /// The kernel's value at distance zero where pairs of a point with itself count; `nil` where they are left out.
  let ownPair: Double?
  /// The prior's part.
  let expectation: Expectation

  /// Means of a kernel over the prior.
  struct Expectation {
    /// E k(p, p′).
    let own: Double
    /// The mean over codes z of E k(z, p).
    let cross: (Tensor) -> Double
  }

  func value(of codes: Tensor) -> Double {
    PairSums.mean(within: codes, ownPair: ownPair, of: kernel) - 2 * expectation.cross(codes)
      + expectation.own
  }
}

extension KernelDiscrepancy.Expectation {
  /// The same for every point of the sphere: E k(2 − 2u) over a coordinate u of a uniform point.
  static func sphere(_ dimension: Int, _ kernel: (Double) -> Double) -> Self {
    let mean = UnitSphere.expectation(dimension: dimension) { kernel(2 - 2 * $0) }
    return Self(own: mean, cross: { _ in mean })
  }

  /// As many draws as codes.
  static func draws(_ reference: LatentReference, ownPair: Double?, _ kernel: @escaping (Tensor) -> Tensor)
    -> Self
  {
    let draws = reference.draws()
    return Self(
      own: PairSums.mean(within: draws, ownPair: ownPair, of: kernel),
      cross: { PairSums.mean($0, draws, of: kernel) })
  }
}
