import MoCAProtocols

/// The tensors of the published file under their published names: what a file is checked against and read into before
/// it becomes an ``InceptionNetwork``.
final class InceptionWeights: Module, CustomReflectable {
  /// One convolution and its normalisation.
  final class Layer: Module {
    @Buffer var weight: Tensor
    @Buffer var scale: Tensor
    @Buffer var shift: Tensor
    @Buffer var mean: Tensor
    @Buffer var variance: Tensor

    init(_ layer: InceptionLayer) {
      let count = [layer.outputs]
      _weight = Buffer(
        wrappedValue: .zeros([layer.outputs, layer.inputs, layer.kernel.height, layer.kernel.width]),
        name: "conv.weight")
      _scale = Buffer(wrappedValue: .zeros(count), name: "bn.weight")
      _shift = Buffer(wrappedValue: .zeros(count), name: "bn.bias")
      _mean = Buffer(wrappedValue: .zeros(count), name: "bn.running_mean")
      _variance = Buffer(wrappedValue: .zeros(count), name: "bn.running_var")
    }

    /// The one convolution with bias that the two are together while the statistics stand still.
    func folded() -> (weight: Tensor, bias: Tensor) {
      // The network's ε, of 2015, is not PyTorch's.
      let factor = scale.to(dtype: .float64) / (variance.to(dtype: .float64) + 0.001).squareRoot()
      let weight = weight.to(dtype: .float64) * factor.reshaped(-1, 1, 1, 1)
      let bias = shift.to(dtype: .float64) - mean.to(dtype: .float64) * factor
      return (weight.to(dtype: .float32), bias.to(dtype: .float32))
    }
  }

  /// The classifier at the end.
  final class Classifier: Module {
    @Buffer var weight: Tensor
    @Buffer var bias: Tensor

    init() {
      weight = .zeros([InceptionNetwork.classCount, InceptionNetwork.featureCount])
      bias = .zeros([InceptionNetwork.classCount])
    }
  }

  let layers: [(name: String, layer: Layer)]
  let classifier = Classifier()

  /// Reads the tensors of a file.
  ///
  /// - Throws: What ``WeightFile/restore(_:as:renaming:original:)`` does where the file does not fit.
  init(_ file: WeightFile) throws {
    layers = InceptionPlan.inception.layers.map { ($0.name, Layer($0)) }
    try file.restore(self, as: InceptionExtractor.name) { Self.isPassedOver($0) ? nil : $0 }
  }

  /// The published names stand in for properties.
  var customMirror: Mirror {
    let parts: [(label: String?, value: Any)] = layers.map { ($0.name, $0.layer) } + [("fc", classifier)]
    return Mirror(self, children: parts)
  }

  /// Counters of training steps, and the second classifier that only training needs.
  private static func isPassedOver(_ name: String) -> Bool {
    name.hasSuffix(".num_batches_tracked") || name.hasPrefix("AuxLogits.")
  }
}
