/// A method that damages the encoder's input; the target of the reconstruction stays clean.
public protocol InputCorrupting: LatentRegularizer {
  /// `[batch, channels, height, width]` in [0, 1] → the same shape, as the encoder shall see it. Draws come from
  /// ``RandomStream/corruption``.
  func corrupted(_ images: Tensor, streams: RandomStreams) -> Tensor
}

/// A method that decodes something else than the codes.
public protocol LatentPerturbing: LatentRegularizer {
  /// `[batch, latentSize]` on the prior's support → the same shape, as the decoder shall see it. Draws come from
  /// ``RandomStream/perturbation``.
  func decoderInput(for latents: Tensor, prior: any Prior, streams: RandomStreams) -> Tensor
}

/// A method with a reconstruction term of its own, such as a likelihood whose variance is learned.
public protocol ObservationWeighting: LatentRegularizer {
  /// What takes the place of the mean of `squaredErrors`, `[batch]`: sums over the values of each image in [0, 1].
  /// Rank 0. The squared error itself is still what is logged as `reconstruction`.
  func observationLoss(_ squaredErrors: Tensor, valueCount: Int) -> Tensor
}

/// A method that changes the networks themselves, such as spectral normalisation of their weights.
public protocol ModelAltering: LatentRegularizer {
  /// Changes the networks in place; called once after they are built, and before anything takes their parameters.
  func alter(_ model: Autoencoder)
}
