/// The way of a step's images through the networks, and what methods find there that look at more than codes.
///
/// ```
/// images → corrupted → encoder → features → posterior → prior's support → latents → perturbed → decoder
/// ```
/// The regularizer decides what the encoder and the decoder see, where it is ``InputCorrupting`` or
/// ``LatentPerturbing``. Training and the conformance kit both take this way.
public struct ForwardPass {
  /// The networks.
  public let model: Autoencoder
  /// The clean images, `[batch, channels, height, width]` in [0, 1].
  public let images: Tensor
  /// What the encoder gave, `[batch, featureCount]`, with gradients.
  public let features: Tensor
  /// The codes on the prior's support, `[batch, latentSize]`, with gradients.
  public let latents: Tensor
  /// What the decoder saw, `[batch, latentSize]`: the codes, or what a ``LatentPerturbing`` method made of them.
  public let decoderInput: Tensor
  /// What the decoder gave, `[batch, channels, height, width]`, with gradients.
  public let reconstructions: Tensor

  /// A pass whose values are given; the decoder saw the codes themselves where nothing else is said.
  public init(
    model: Autoencoder, images: Tensor, features: Tensor, latents: Tensor, decoderInput: Tensor? = nil,
    reconstructions: Tensor
  ) {
    self.model = model
    self.images = images
    self.features = features
    self.latents = latents
    self.decoderInput = decoderInput ?? latents
    self.reconstructions = reconstructions
  }
}

extension ForwardPass {
  /// Takes images, `[batch, channels, height, width]` in [0, 1], through the networks. Their products are in `dtype`;
  /// features, codes and reconstructions are in float32.
  public init(
    of images: Tensor, through model: Autoencoder, under regularizer: any LatentRegularizer,
    streams: RandomStreams, in dtype: DType = .float32
  ) {
    self.init(of: images, through: model, under: regularizer, streams: streams, in: dtype) { features in
      (features, model.prior.project(model.posterior.sample(from: features, using: streams[.posterior])))
    }
  }

  /// The same way with `draw` in the place of the posterior's draw: from the encoder's features to the features and the
  /// codes that the pass goes on with. The decoder sees, and the pass holds, the rows as `arrange` puts them.
  package init(
    of images: Tensor, through model: Autoencoder, under regularizer: any LatentRegularizer,
    streams: RandomStreams, in dtype: DType, drawing draw: (Tensor) -> (features: Tensor, latents: Tensor),
    arranging arrange: (Tensor) -> Tensor = { $0 }
  ) {
    let input = (regularizer as? any InputCorrupting)?.corrupted(images, streams: streams) ?? images
    self = withAutocast(to: dtype, on: images.device) {
      let (features, latents) = draw(model.encoder.encode(input).to(dtype: .float32))
      let perturbed = (regularizer as? any LatentPerturbing)?
        .decoderInput(for: latents, prior: model.prior, streams: streams)
      let decoderInput = arrange(perturbed ?? latents)
      return ForwardPass(
        model: model, images: arrange(images), features: arrange(features), latents: arrange(latents),
        decoderInput: decoderInput, reconstructions: model.decode(decoderInput))
    }
  }

  /// The squared error of each image, summed over its values, `[batch]`.
  public var squaredErrors: Tensor { (images - reconstructions).squared().sum(along: 1, 2, 3) }

  /// What takes the place of the mean of ``squaredErrors`` where the regularizer has a reconstruction term of its own,
  /// rank 0; else `nil`.
  public func observationLoss(_ squaredErrors: Tensor, under regularizer: any LatentRegularizer) -> Tensor? {
    (regularizer as? any ObservationWeighting)?
      .observationLoss(squaredErrors, valueCount: images.shape.dropFirst().reduce(1, *))
  }

  /// The same values without gradients.
  var detached: ForwardPass {
    .init(
      model: model, images: images, features: features.detached(), latents: latents.detached(),
      decoderInput: decoderInput.detached(), reconstructions: reconstructions.detached())
  }
}
