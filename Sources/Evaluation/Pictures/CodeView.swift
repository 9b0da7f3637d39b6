import Foundation
import MoCAProtocols

/// What pictures show of codes in few dimensions, beside what draws of the prior would show.
public struct CodeView {
  /// What a view is of.
  public enum Kind: Sendable, Equatable {
    /// The circle: one angle says everything.
    case circle
    /// The sphere of three dimensions: a map of directions.
    case globe
    /// A sphere of more dimensions.
    case sphere
    /// Any other support.
    case plane
  }

  /// What can be shown.
  public let kind: Kind
  /// Codes that were given.
  public let codeCount: Int
  /// Angles between the codes of all pairs, or on the circle the directions of the codes; `nil` off the sphere.
  public let angles: DensityCurve?
  /// The same of the prior.
  public let angleReference: DensityCurve?
  /// The codes along their leading direction; `nil` on the circle.
  public let projection: DensityCurve?
  /// The prior along it.
  public let projectionReference: DensityCurve?
  /// How far from the origin the codes' plane reaches, at most three times as far as the prior's.
  public let reach: Double
  /// The radius of the circle that holds 95 % of the prior's draws in the plane; `nil` where the prior has no round
  /// shape, and on the globe.
  public let priorRadius: Double?

  /// The codes' two leading coordinates, `[count, 2]`, or their three on the globe.
  private let shown: Tensor
  private let drawn: Tensor
  private let bandwidth: Double

  /// Codes that take part in angles of pairs, at most.
  static let pairLimit = 1_000
  /// Draws of the prior that stand for it.
  static let drawCount = 4_096
  /// The concentration of a kernel on the globe: 95 % of it lie within 26° of its middle.
  public static let globeConcentration = 30.0

  /// Looks at codes.
  ///
  /// The leading directions are those in which the codes lie farthest from the prior's mean: eigenvectors of their
  /// second moment about it. They come from one half of the codes, and the other half is shown, so that codes that
  /// follow the prior look like it. Where the prior prefers directions of its own, its draws decide them, and all
  /// runs of it share them.
  /// - Parameters:
  ///   - codes: `[count, latentSize]`, of images that were not trained on; at least four.
  ///   - prior: The distribution that they should follow.
  ///   - generator: Draws of the prior.
  public init(of codes: Tensor, against prior: any Prior, using generator: Generator) {
    let codes = codes.detached().to(dtype: .float32)
    let count = codes.shape[0]
    codeCount = count
    kind = Self.kind(of: prior)
    let draws = prior.sample(Self.drawCount, using: generator).detached().to(dtype: .float32)
    switch kind {
    case .circle:
      angles = Self.directions(codes)
      angleReference = DensityCurve(over: -Double.pi...Double.pi, count: 72) { _ in 0.5 / .pi }
    case .globe, .sphere:
      angles = Self.angles(codes)
      angleReference = DensityCurve(over: 0...Double.pi, count: Self.angleCount(prior.latentSize)) {
        AngleLaw.density($0, dimension: prior.latentSize)
      }
    case .plane: (angles, angleReference) = (nil, nil)
    }
    let halves = [0, 1].map { start in
      codes.gathered(along: 0, at: Tensor(stride(from: start, to: count, by: 2).map { Int64($0) }))
    }
    let isIsotropic = Self.isIsotropic(prior)
    let center =
      isIsotropic ? Tensor.zeros([1, prior.latentSize]) : draws.mean(along: 0, keepsDimensions: true)
    let axes = Self.leadingAxes(of: (isIsotropic ? halves[0] : draws) - center)
    let half = isIsotropic ? halves[1] : codes
    (shown, drawn) = kind == .globe ? (codes, draws) : (half.matmul(axes), draws.matmul(axes))
    let first = half.matmul(axes).selected(along: 1, at: 0)
    let known = prior.projectionQuantiles(Self.drawCount).map { Tensor($0) }
    let expected = known ?? draws.matmul(axes).selected(along: 1, at: 0)
    let spread = Self.deviation(expected)
    bandwidth = spread * pow(Double(max(half.shape[0], 1)), -1 / 6)
    (projection, projectionReference) =
      kind == .circle ? (nil, nil) : Self.projections(first, expected, spread)
    reach = Self.reach(shown, drawn)
    let isRound = isIsotropic && kind != .globe && prior.latentSize > 1
    priorRadius =
      isRound ? Double(drawn.norm(along: 1).sorted(along: 0).floats[Self.drawCount * 95 / 100]) : nil
  }

  /// The codes in the plane of their two leading directions, or on the globe, where 1 is the uniform density.
  ///
  /// - Parameter reach: How far the plane goes; the same for views that stand side by side.
  public func map(reach: Double) -> DensityMap { map(of: shown, reach) }

  /// The same of as many draws of the prior, which shows how much of a map is noise.
  public func mapOfPrior(reach: Double) -> DensityMap {
    map(of: drawn.narrowed(along: 0, from: 0, count: min(shown.shape[0], drawn.shape[0])), reach)
  }

  private func map(of points: Tensor, _ reach: Double) -> DensityMap {
    if kind == .globe {
      return DensityMap(ofDirections: points, concentration: Self.globeConcentration, rows: 60)
    }
    return DensityMap(of: points, bandwidth: bandwidth, halfWidth: reach, cells: 64)
  }
}

extension CodeView {
  private static func kind(of prior: any Prior) -> Kind {
    switch (prior.geometry, prior.latentSize) {
    case (.sphere, 2): .circle
    case (.sphere, 3): .globe
    case (.sphere, _): .sphere
    default: .plane
    }
  }

  /// Whether the prior looks the same from all sides around the origin.
  private static func isIsotropic(_ prior: any Prior) -> Bool {
    prior.geometry == .sphere || prior.geometry == .ball || prior.normalScale != nil
  }

  /// The angles of the codes on the circle.
  private static func directions(_ codes: Tensor) -> DensityCurve {
    let angles = codes.selected(along: 1, at: 1).arcTangent(over: codes.selected(along: 1, at: 0))
    return DensityCurve(histogramOf: angles.floats, over: -Double.pi...Double.pi, count: 72)
  }

  /// The angles between all pairs of different codes.
  private static func angles(_ codes: Tensor) -> DensityCurve {
    let part = codes.narrowed(along: 0, from: 0, count: min(codes.shape[0], pairLimit)).normalized(along: 1)
    let cosines = part.matmul(part.transposed()).clamped(min: -1).clamped(max: 1)
    let (angles, count) = (cosines.arcCosine().floats, part.shape[0])
    let pairs = (1..<count).flatMap { angles[($0 * count)..<($0 * count + $0)] }
    return DensityCurve(histogramOf: pairs, over: 0...Double.pi, count: angleCount(codes.shape[1]))
  }

  /// Parts of half a circle: angles lie closer together in more dimensions.
  private static func angleCount(_ latentSize: Int) -> Int { latentSize > 32 ? 180 : 90 }

  /// The two directions in which points lie farthest from the origin, `[latentSize, 2]`, the first one first.
  private static func leadingAxes(of points: Tensor) -> Tensor {
    let points = points.to(dtype: .float64)
    let moment = points.transposed().matmul(points) / Double(points.shape[0])
    let vectors = moment.symmetricEigensystem().vectors
    let size = moment.shape[0]
    let leading = size == 1 ? vectors : vectors.narrowed(along: 1, from: size - 2, count: 2).flipped(along: 1)
    // A direction and its opposite are the same axis: the points' mean decides.
    let signs = points.mean(along: 0, keepsDimensions: true).matmul(leading).sign()
    let axes = (leading * (signs + signs.isEqual(to: .zeros(signs.shape, dtype: .float64)))).to(
      dtype: .float32)
    return size == 1 ? .concatenated([axes, .zeros([1, 1])], along: 1) : axes
  }

  private static func deviation(_ values: Tensor) -> Double {
    let values = values.to(dtype: .float64)
    return max((values - values.mean()).squared().mean().item.squareRoot(), 1e-12)
  }

  /// The codes and the distribution along one direction, both smoothed by the same kernel, over what holds
  /// the middle 99 % of the codes and all of the distribution, but at most four times the distribution's
  /// width.
  private static func projections(
    _ values: Tensor, _ expected: Tensor, _ spread: Double
  ) -> (DensityCurve, DensityCurve) {
    let bandwidth = 0.9 * spread * pow(Double(max(values.shape[0], 2)), -0.2)
    let sorted = values.sorted(along: 0).floats.map(Double.init)
    let middle = Double(sorted.count - 1)
    let (low, high) = (sorted[Int(0.005 * middle)], sorted[Int((0.995 * middle).rounded(.up))])
    let (start, end) = (expected.minimum().item, expected.maximum().item)
    let width = end - start
    let margin = 2 * bandwidth
    let lower = max(min(low, start), start - 1.5 * width) - margin
    let upper = min(max(high, end), end + 1.5 * width) + margin
    return (
      DensityCurve(kernelsAt: values, bandwidth: bandwidth, over: lower...upper, count: 120),
      DensityCurve(kernelsAt: expected, bandwidth: bandwidth, over: lower...upper, count: 120)
    )
  }

  private static func reach(_ shown: Tensor, _ drawn: Tensor) -> Double {
    let own = drawn.absolute().maximum().item
    let sorted = shown.absolute().reshaped(-1).sorted(along: 0).floats
    let far = sorted.isEmpty ? 0 : Double(sorted[Int(0.995 * Double(sorted.count - 1))])
    return 1.05 * min(max(own, far), 3 * own)
  }
}
