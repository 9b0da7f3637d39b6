import MoCAProtocols

/// The 2015 graph's Inception network up to its classifier, with every normalisation folded into its convolution.
final class InceptionNetwork: Module, CustomReflectable {
  static let featureCount = 2048
  static let classCount = 1008

  /// A convolution with bias, in the precision of the network.
  private final class Layer: Module {
    @Buffer var weight: Tensor
    @Buffer var bias: Tensor
    private let geometry: InceptionLayer

    init(_ geometry: InceptionLayer, folded: (weight: Tensor, bias: Tensor), precision: DType) {
      weight = folded.weight.to(dtype: precision).channelsLast()
      bias = folded.bias.to(dtype: precision)
      self.geometry = geometry
    }

    func callAsFunction(_ input: Tensor) -> Tensor {
      input.convolved(weight: weight, bias: bias, stride: geometry.stride, padding: geometry.padding)
    }
  }

  private let layers: [String: Layer]
  @Buffer private var classifierWeight: Tensor
  private let precision: DType

  init(_ weights: InceptionWeights, precision: DType) {
    let geometries = InceptionPlan.inception.layers
    let pairs = zip(geometries, weights.layers).map { geometry, published in
      (geometry.name, Layer(geometry, folded: published.layer.folded(), precision: precision))
    }
    layers = Dictionary(uniqueKeysWithValues: pairs)
    classifierWeight = weights.classifier.weight
    self.precision = precision
  }

  /// The layers' names stand in for properties.
  var customMirror: Mirror {
    let parts: [(label: String?, value: Any)] = layers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return Mirror(self, children: parts + [("_classifierWeight", _classifierWeight)])
  }

  /// `[batch, 3, 299, 299] → [batch, 2048]` in `float32`. The mean over pixels is taken in `float32`.
  func pooled(_ images: Tensor) -> Tensor {
    result(of: .inception, on: images.to(dtype: precision).channelsLast())
      .to(dtype: .float32).mean(along: 2, 3)
  }

  /// `[batch, 2048] → [batch, 1008]`, without the classifier's bias.
  func logits(_ features: Tensor) -> Tensor { features.linear(weight: classifierWeight, bias: nil) }

  private func result(of plan: InceptionPlan, on input: Tensor) -> Tensor {
    switch plan {
    case .convolution(let layer): self.layer(layer)(input).relu()
    case .averageAndConvolution(let layer):
      // A mean over pixels and a convolution of 1 × 1 may change places; here the mean has fewer channels to go over.
      self.layer(layer)(input).averagePooled(3, stride: 1, padding: 1, countsPadding: false).relu()
    case .maximum(let stride, let padding): input.maximumPooled(3, stride: stride, padding: padding)
    case .sequence(let parts): parts.reduce(input) { result(of: $1, on: $0) }
    case .branches(let parts): .concatenated(parts.map { result(of: $0, on: input) }, along: 1)
    }
  }

  private func layer(_ geometry: InceptionLayer) -> Layer {
    guard let layer = layers[geometry.name] else { fatalError("the network has no layer \(geometry.name)") }
    return layer
  }
}
