import MoCAProtocols

/// Distributions of codes with a known distance to the prior, all on its support.
enum CodeDistribution: CaseIterable {
  /// The prior itself.
  case prior
  /// Every coordinate moved by half of its spread, in alternating directions on the simplex.
  case shifted
  /// Half of the coordinates of the sphere tripled; elsewhere everything drawn away from the mean by half, or, where
  /// the support has an end, towards it by 40 %.
  case stretched
  /// All of space only: everything drawn towards the mean by a third.
  case shrunken
  /// Half of the codes pulled towards one direction, or towards one corner where the support is convex.
  case partlyRotated
  /// Codes on one side of the median of the first coordinate only.
  case halved
  /// All codes one point, a draw of the prior; the same in every batch.
  case collapsed
  /// All codes the centre of the support, where it is convex: the origin, or equal shares on the simplex.
  case centred

  /// The distributions of a single point that a support has.
  static func collapses(_ geometry: LatentGeometry) -> [CodeDistribution] {
    geometry == .sphere ? [.collapsed] : [.collapsed, .centred]
  }

  /// `[count, latentSize]` codes.
  func sample(_ count: Int, from prior: any Prior, _ shape: PriorShape, using generator: Generator) -> Tensor
  {
    withoutGradients {
      let draws = prior.sample(self == .halved ? 4 * count : count, using: generator)
      let codes = changed(draws, count: count, geometry: prior.geometry, shape)
      return prior.geometry.retracted(codes).detached()
    }
  }

  private func changed(_ draws: Tensor, count: Int, geometry: LatentGeometry, _ shape: PriorShape) -> Tensor {
    let size = draws.shape[1]
    switch self {
    case .prior: return draws
    case .shifted:
      let signs = (0..<size).map { geometry == .simplex && $0 % 2 == 1 ? Float(-1) : 1 }
      return draws + Tensor(signs) * ((geometry == .simplex ? 1 : 0.5) * shape.spread)
    case .stretched:
      if geometry == .euclidean { return shape.mean + (draws - shape.mean) * 1.5 }
      if geometry != .sphere { return shape.mean + (draws - shape.mean) * 0.6 }
      return draws * Tensor((0..<size).map { $0 < size / 2 ? Float(3) : 1 })
    case .shrunken: return shape.mean + (draws - shape.mean) * 0.67
    case .partlyRotated: return partlyRotated(draws, geometry)
    case .halved: return Self.lowerHalf(of: draws, count: count)
    case .collapsed: return shape.point.expanded(to: draws.shape)
    case .centred: return .full(draws.shape, geometry == .simplex ? 1 / Double(size) : 0)
    }
  }

  private func partlyRotated(_ draws: Tensor, _ geometry: LatentGeometry) -> Tensor {
    let (count, size) = (draws.shape[0], draws.shape[1])
    let half = draws.narrowed(along: 0, from: 0, count: count / 2)
    let rest = draws.narrowed(along: 0, from: count / 2, count: count - count / 2)
    let moved: Tensor
    switch geometry {
    case .sphere, .euclidean:
      let norms = half.norm(along: 1, keepsDimensions: true)
      moved = (half.normalized(along: 1) + 1 / Double(size).squareRoot()).normalized(along: 1) * norms
    case .cube: moved = half + (0.8 - half) * 0.5
    case .ball: moved = half + (0.8 / Double(size).squareRoot() - half) * 0.5
    case .simplex:
      let corner = Tensor((0..<size).map { $0 == 0 ? Float(1) : 0 })
      moved = half + (corner - half) * 0.5
    }
    return Tensor.concatenated([moved, rest]).gathered(along: 0, at: Self.interleaved(count))
  }

  /// 0, n / 2, 1, n / 2 + 1, …: every part of the rows then holds as many of either half.
  private static func interleaved(_ count: Int) -> Tensor {
    let half = count / 2
    let rows = (0..<half).flatMap { [Int64($0), Int64($0 + half)] }
    return Tensor(count % 2 == 0 ? rows : rows + [Int64(count - 1)])
  }

  /// `count` of the draws whose first coordinate is below the median, in the order in which they were drawn.
  private static func lowerHalf(of draws: Tensor, count: Int) -> Tensor {
    let first = draws.selected(along: 1, at: 0)
    let isAbove = first.isGreater(than: first.median().item).values(as: Bool.self)
    let kept = isAbove.indices.filter { !isAbove[$0] }.prefix(count)
    return draws.gathered(along: 0, at: Tensor(kept.map(Int64.init)))
  }
}
