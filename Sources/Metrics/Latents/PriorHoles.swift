import MoCAProtocols

/// Whether the prior puts draws where no codes are: a draw is decoded and encoded again, and how far it has moved, its
/// drift, is read against the drift of held-out codes on the same way.
///
/// The drift is |z − z′|, on the sphere the angle between z and z′ in radians. Decoder and encoder are each other's
/// inverse near the codes of images and nowhere else, so that a draw in a hole comes back elsewhere. Codes that fill
/// the prior give a ``ratio`` near 1 and an ``excess`` near 5 %. A small drift is no proof of good images: a model
/// that reconstructs anything has little drift.
public struct PriorHoles: Codable, Sendable {
  /// Quantiles of a drift.
  public struct Drift: Codable, Sendable, Equatable {
    /// Half of the codes drift less.
    public let median: Double
    /// 95 % of the codes drift less.
    public let upper: Double
    /// Codes looked at.
    public let count: Int
  }

  /// Of draws of the prior.
  public let draws: Drift
  /// Of held-out codes.
  public let codes: Drift
  /// The share of draws that drift more than 95 % of the held-out codes do.
  public let excess: Double
  /// The median of the null values of ``excess``: drifts of both kinds, shuffled and dealt out anew.
  public let nullMedian: Double
  /// The 95 % quantile of the null values.
  public let nullUpper: Double
  /// The probability that drifts of one distribution give such an ``excess`` or a larger one: (1 + null
  /// values that do) / (``nullCount`` + 1).
  public let probability: Double

  /// Shuffles that make the null band.
  public static let nullCount = 199

  /// The draws' median drift over the held-out codes'.
  public var ratio: Double { draws.median / max(codes.median, 1e-12) }

  /// Sends draws and held-out codes round.
  ///
  /// - Parameters:
  ///   - prior: Where draws come from; its geometry says what a distance is.
  ///   - decode: `[batch, latentSize]` to images.
  ///   - encode: Images to `[batch, latentSize]` on the prior's support.
  ///   - count: Draws, and at most so many held-out codes.
  ///   - heldOutCodes: `[n, latentSize]`, of images that were not trained on.
  ///   - batchSize: Codes that are decoded at once.
  ///   - generator: The draws.
  /// - Throws: ``CodeError``, also where codes come back that are not finite.
  public init(
    prior: any Prior, decode: (Tensor) -> Tensor, encode: (Tensor) -> Tensor, count: Int = 2_000,
    heldOutCodes: Tensor, batchSize: Int = 256, using generator: Generator
  ) throws {
    if count < 20 || batchSize < 1 {
      fatalError("\(count) draws in batches of \(batchSize) give no 95 % quantile")
    }
    try CodeError.check(heldOutCodes, latentSize: prior.latentSize, atLeast: 20)
    let order = Tensor.permutation(heldOutCodes.shape[0], using: generator)
      .narrowed(along: 0, from: 0, count: min(count, heldOutCodes.shape[0]))
    let starts = [
      prior.sample(count, using: generator),
      heldOutCodes.detached().to(dtype: .float32, on: generator.device).gathered(along: 0, at: order),
    ]
    let drifts = try starts.map { points -> OrderStatistics in
      let ends = withoutGradients {
        points.blocks(ofRows: batchSize).map { encode(decode($0)) }
      }
      let back = Tensor.concatenated(ends).to(dtype: .float64)
      try CodeError.check(back, latentSize: prior.latentSize, atLeast: 1)
      return OrderStatistics(Self.distances(points.to(dtype: .float64), back, prior.geometry).doubles)
    }
    draws = Self.drift(drifts[0])
    codes = Self.drift(drifts[1])
    let share = Self.excess(of: drifts[0].ascending, over: drifts[1])
    let pool = drifts[0].ascending + drifts[1].ascending
    let nulls = (0..<Self.nullCount).map { _ in
      let order = Tensor.permutation(pool.count, using: generator).values(as: Int64.self)
      let dealt = order.map { pool[Int($0)] }
      return Self.excess(of: Array(dealt.prefix(count)), over: OrderStatistics(Array(dealt.dropFirst(count))))
    }
    let band = OrderStatistics(nulls)
    excess = share
    nullMedian = band.quantile(0.5)
    nullUpper = band.quantile(0.95)
    probability = Double(1 + nulls.count { $0 >= share }) / Double(nulls.count + 1)
  }

  /// The share of `drifts` above the 95 % quantile of others.
  private static func excess(of drifts: [Double], over others: OrderStatistics) -> Double {
    let limit = others.quantile(0.95)
    return Double(drifts.count { $0 > limit }) / Double(drifts.count)
  }

  private static func drift(_ drifts: OrderStatistics) -> Drift {
    Drift(median: drifts.quantile(0.5), upper: drifts.quantile(0.95), count: drifts.ascending.count)
  }

  /// Between equal rows. The angle is 2 atan2(|x − y|, |x + y|), which is exact for small ones.
  private static func distances(_ first: Tensor, _ second: Tensor, _ geometry: LatentGeometry) -> Tensor {
    if geometry != .sphere { return (first - second).norm(along: 1) }
    let (x, y) = (first.normalized(along: 1), second.normalized(along: 1))
    return (x - y).norm(along: 1).arcTangent(over: (x + y).norm(along: 1)) * 2
  }
}
