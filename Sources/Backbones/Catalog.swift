import MoCAProtocols

extension EncoderCatalog {
  /// The encoders of this package.
  public static var standard: Self {
    Self()
      .adding(ConvolutionalEncoder.self)
      .adding(InfoGANEncoder.self)
      .adding(ResidualEncoder.self)
      .adding(PerceptronEncoder.self)
      .adding(VisionTransformerEncoder.self)
  }
}

extension DecoderCatalog {
  /// The decoders of this package.
  public static var standard: Self {
    Self()
      .adding(ConvolutionalDecoder.self)
      .adding(InfoGANDecoder.self)
      .adding(ResidualDecoder.self)
      .adding(PerceptronDecoder.self)
      .adding(VisionTransformerDecoder.self)
  }
}
