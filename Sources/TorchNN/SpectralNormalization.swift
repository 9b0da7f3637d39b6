import Torch

/// Divides a weight by an estimate of its largest singular value (Miyato, Kataoka, Koyama and Yoshida, "Spectral
/// Normalization for Generative Adversarial Networks", ICLR 2018, arXiv 1802.05957), as PyTorch's
/// `parametrizations.spectral_norm` does.
///
/// σ = uᵀ W v, with u and v the leading singular vectors by power iteration: 15 steps at the start, one in every
/// forward pass while training, none in evaluation. The gradient passes through σ, not through u and v. Unlike
/// PyTorch's, a weight that is all zeros stays zero instead of becoming NaN: σ counts as at least 1e-4.
///
/// Everything is sums of products in float32, so that autocast does not touch it and a channels-last weight keeps its
/// layout.
public final class SpectralNormalization: TrainingSensitive {
  /// The left singular vector, of the weight's rank with size 1 in all dimensions but the outputs'.
  @Buffer private var left: Tensor
  /// The right singular vector, with size 1 in the outputs' dimension.
  @Buffer private var right: Tensor
  public var isTraining = true
  private static let epsilon = 1e-12
  private static let smallestNorm = 1e-4

  /// Starts from random vectors and takes 15 steps of power iteration.
  ///
  /// - Parameters:
  ///   - weight: The weight to follow, of rank 2 or more.
  ///   - outputDimension: The dimension that becomes the rows of the matrix: 0, or 1 for transposed convolutions.
  ///   - generator: The stream of the vectors' initial values.
  public init(_ weight: Tensor, outputDimension: Int = 0, using generator: Generator) {
    let shape = weight.shape
    if shape.count < 2 { fatalError("spectral normalisation needs a matrix, found \(shape)") }
    let leftShape = shape.indices.map { $0 == outputDimension ? shape[$0] : 1 }
    let rightShape = shape.indices.map { $0 == outputDimension ? 1 : shape[$0] }
    let draw = { Self.normalized(Tensor.normal($0, using: generator)).to(on: weight.device) }
    _left = Buffer(wrappedValue: draw(leftShape), name: "u")
    _right = Buffer(wrappedValue: draw(rightShape), name: "v")
    iterate(weight, steps: 15)
  }

  /// The weight over its largest singular value, of the same shape and layout.
  public func callAsFunction(_ weight: Tensor) -> Tensor {
    if isTraining { iterate(weight, steps: 1) }
    // The outer product is a tensor of its own: a later forward pass may move the vectors before this gradient is taken.
    let norm = (weight * (left * right)).sum()
    return weight / norm.clamped(min: Self.smallestNorm)
  }

  private func iterate(_ weight: Tensor, steps: Int) {
    withoutGradients {
      for _ in 0..<steps {
        left = Self.normalized(Self.sum(weight * right, to: left.shape), otherwise: left)
        right = Self.normalized(Self.sum(weight * left, to: right.shape), otherwise: right)
      }
    }
  }

  /// The sum over the dimensions that have size 1 in `shape`.
  private static func sum(_ product: Tensor, to shape: [Int]) -> Tensor {
    shape.indices.filter { shape[$0] == 1 }.reduce(product) { $0.sum(along: $1, keepsDimensions: true) }
  }

  /// The direction of a vector, or `fallback` where it is zero.
  private static func normalized(_ vector: Tensor, otherwise fallback: Tensor? = nil) -> Tensor {
    let norm = vector.squared().sum().squareRoot()
    let direction = vector / norm.clamped(min: epsilon)
    guard let fallback else { return direction }
    return direction.selecting(where: norm.isGreater(than: epsilon), otherwise: fallback)
  }
}

/// A layer whose weight can be kept at spectral norm one.
public protocol SpectrallyNormalizable: Module {
  /// The weight as it is trained.
  var weight: Tensor { get }
  /// The dimension of the weight that counts the outputs.
  var outputDimension: Int { get }
  /// What divides the weight before it is applied, or `nil`.
  var spectral: SpectralNormalization? { get set }
}

extension SpectrallyNormalizable {
  /// The weight as it is applied.
  var effectiveWeight: Tensor {
    guard let spectral else { return weight }
    return spectral(weight)
  }
}

extension Module {
  /// Keeps every linear and convolution layer of the module at spectral norm one from now on. Layers that are so
  /// already stay as they are. Call it before an optimizer or a copy takes the module's state.
  public func normalizeSpectrally(using generator: Generator) {
    for case let layer as any SpectrallyNormalizable in [self] + submodules() where layer.spectral == nil {
      layer.spectral = SpectralNormalization(
        layer.weight, outputDimension: layer.outputDimension, using: generator)
    }
  }
}
