import MoCAProtocols

extension OptimizerCatalog {
  /// The optimizers of this package.
  public static var standard: Self {
    Self()
      .adding(Adam.self)
      .adding(AdamW.self)
      .adding(SGD.self)
  }
}
