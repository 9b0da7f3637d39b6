import MoCAProtocols

extension EncoderCatalog {
  /// The encoders of this package.
  public static var standard: Self {
    Self(kind: "encoder")
      .adding(ConvolutionalEncoder.self)
      .adding(PerceptronEncoder.self)
  }
}

extension DecoderCatalog {
  /// The decoders of this package.
  public static var standard: Self {
    Self(kind: "decoder")
      .adding(ConvolutionalDecoder.self)
      .adding(PerceptronDecoder.self)
  }
}
