import MoCAProtocols

extension RegularizerCatalog {
  /// The regularizers of this package. A new one is its file and a line here.
  public static var standard: Self {
    Self(kind: "regularizer")
      .adding(MomentumContrast.self)
      .adding(MaximumMeanDiscrepancy.self)
      .adding(AdversarialCritic.self)
      .adding(SlicedWasserstein.self)
      .adding(NoRegularizer.self)
  }
}
