/// One convolution of the network with the batch normalisation that follows it.
struct InceptionLayer: Sendable {
  /// The published name, as in `Mixed_5b.branch1x1`.
  let name: String
  let inputs: Int
  let outputs: Int
  /// Rows and columns of the kernel.
  let kernel: (height: Int, width: Int)
  let stride: Int
  /// Zeros added above and below, left and right.
  let padding: (height: Int, width: Int)
}

/// The network of the 2015 graph: convolutions and pools in a row or side by side.
///
/// It is Inception v3 (Szegedy et al. 2016) but for what the graph does differently: average pools divide by the
/// pixels that there are, not by nine at the border; the last block takes a maximum where the others take a mean;
/// there are 1008 classes.
indirect enum InceptionPlan: Sendable {
  case convolution(InceptionLayer)
  /// A mean over 3 × 3 pixels, then a convolution of 1 × 1.
  case averageAndConvolution(InceptionLayer)
  case maximum(stride: Int, padding: Int)
  case sequence([InceptionPlan])
  /// Results side by side as channels.
  case branches([InceptionPlan])

  /// Every convolution, in the order of the plan.
  var layers: [InceptionLayer] {
    switch self {
    case .convolution(let layer), .averageAndConvolution(let layer): [layer]
    case .maximum: []
    case .sequence(let parts), .branches(let parts): parts.flatMap(\.layers)
    }
  }

  /// The whole network up to the last mean over pixels: `[batch, 3, 299, 299] → [batch, 2048, 8, 8]`.
  static let inception: InceptionPlan = .sequence([
    .layer("Conv2d_1a_3x3", 3, 32, (3, 3), stride: 2, isPadded: false),
    .layer("Conv2d_2a_3x3", 32, 32, (3, 3), isPadded: false),
    .layer("Conv2d_2b_3x3", 32, 64, (3, 3)),
    .maximum(stride: 2, padding: 0),
    .layer("Conv2d_3b_1x1", 64, 80),
    .layer("Conv2d_4a_3x3", 80, 192, (3, 3), isPadded: false),
    .maximum(stride: 2, padding: 0),  // [batch, 192, 35, 35]
    blockA("Mixed_5b", 192, pooled: 32),
    blockA("Mixed_5c", 256, pooled: 64),
    blockA("Mixed_5d", 288, pooled: 64),
    blockB("Mixed_6a", 288),  // [batch, 768, 17, 17]
    blockC("Mixed_6b", inner: 128),
    blockC("Mixed_6c", inner: 160),
    blockC("Mixed_6d", inner: 160),
    blockC("Mixed_6e", inner: 192),
    blockD("Mixed_7a"),  // [batch, 1280, 8, 8]
    blockE("Mixed_7b", 1280, poolsMaximum: false),
    blockE("Mixed_7c", 2048, poolsMaximum: true),
  ])

  private static func layer(
    _ name: String, _ inputs: Int, _ outputs: Int, _ kernel: (Int, Int) = (1, 1), stride: Int = 1,
    isPadded: Bool = true
  ) -> InceptionPlan {
    let padding = isPadded ? (kernel.0 / 2, kernel.1 / 2) : (0, 0)
    return .convolution(
      InceptionLayer(
        name: name, inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding))
  }

  private static func pooled(_ name: String, _ inputs: Int, _ outputs: Int) -> InceptionPlan {
    .averageAndConvolution(
      InceptionLayer(
        name: name, inputs: inputs, outputs: outputs, kernel: (1, 1), stride: 1, padding: (0, 0)))
  }

  /// 35 × 35: windows of 1, 5 and 3 + 3, and a mean.
  private static func blockA(_ name: String, _ inputs: Int, pooled count: Int) -> InceptionPlan {
    .branches([
      layer("\(name).branch1x1", inputs, 64),
      .sequence([
        layer("\(name).branch5x5_1", inputs, 48), layer("\(name).branch5x5_2", 48, 64, (5, 5)),
      ]),
      .sequence([
        layer("\(name).branch3x3dbl_1", inputs, 64), layer("\(name).branch3x3dbl_2", 64, 96, (3, 3)),
        layer("\(name).branch3x3dbl_3", 96, 96, (3, 3)),
      ]),
      pooled("\(name).branch_pool", inputs, count),
    ])
  }

  /// 35 × 35 → 17 × 17.
  private static func blockB(_ name: String, _ inputs: Int) -> InceptionPlan {
    .branches([
      layer("\(name).branch3x3", inputs, 384, (3, 3), stride: 2, isPadded: false),
      .sequence([
        layer("\(name).branch3x3dbl_1", inputs, 64), layer("\(name).branch3x3dbl_2", 64, 96, (3, 3)),
        layer("\(name).branch3x3dbl_3", 96, 96, (3, 3), stride: 2, isPadded: false),
      ]),
      .maximum(stride: 2, padding: 0),
    ])
  }

  /// 17 × 17: windows of 7 in two directions, once and twice.
  private static func blockC(_ name: String, inner: Int) -> InceptionPlan {
    .branches([
      layer("\(name).branch1x1", 768, 192),
      .sequence([
        layer("\(name).branch7x7_1", 768, inner), layer("\(name).branch7x7_2", inner, inner, (1, 7)),
        layer("\(name).branch7x7_3", inner, 192, (7, 1)),
      ]),
      .sequence([
        layer("\(name).branch7x7dbl_1", 768, inner), layer("\(name).branch7x7dbl_2", inner, inner, (7, 1)),
        layer("\(name).branch7x7dbl_3", inner, inner, (1, 7)),
        layer("\(name).branch7x7dbl_4", inner, inner, (7, 1)),
        layer("\(name).branch7x7dbl_5", inner, 192, (1, 7)),
      ]),
      pooled("\(name).branch_pool", 768, 192),
    ])
  }

  /// 17 × 17 → 8 × 8.
  private static func blockD(_ name: String) -> InceptionPlan {
    .branches([
      .sequence([
        layer("\(name).branch3x3_1", 768, 192),
        layer("\(name).branch3x3_2", 192, 320, (3, 3), stride: 2, isPadded: false),
      ]),
      .sequence([
        layer("\(name).branch7x7x3_1", 768, 192), layer("\(name).branch7x7x3_2", 192, 192, (1, 7)),
        layer("\(name).branch7x7x3_3", 192, 192, (7, 1)),
        layer("\(name).branch7x7x3_4", 192, 192, (3, 3), stride: 2, isPadded: false),
      ]),
      .maximum(stride: 2, padding: 0),
    ])
  }

  /// 8 × 8: windows of 3 in two directions side by side.
  private static func blockE(_ name: String, _ inputs: Int, poolsMaximum: Bool) -> InceptionPlan {
    let poolName = "\(name).branch_pool"
    return .branches([
      layer("\(name).branch1x1", inputs, 320),
      .sequence([
        layer("\(name).branch3x3_1", inputs, 384),
        .branches([
          layer("\(name).branch3x3_2a", 384, 384, (1, 3)), layer("\(name).branch3x3_2b", 384, 384, (3, 1)),
        ]),
      ]),
      .sequence([
        layer("\(name).branch3x3dbl_1", inputs, 448), layer("\(name).branch3x3dbl_2", 448, 384, (3, 3)),
        .branches([
          layer("\(name).branch3x3dbl_3a", 384, 384, (1, 3)),
          layer("\(name).branch3x3dbl_3b", 384, 384, (3, 1)),
        ]),
      ]),
      poolsMaximum
        ? .sequence([.maximum(stride: 1, padding: 1), layer(poolName, inputs, 192)])
        : pooled(poolName, inputs, 192),
    ])
  }
}
