import MoCAProtocols

extension PriorCatalog {
  /// The priors of this package.
  public static var standard: Self {
    Self(kind: "prior")
      .adding(Hypersphere.self)
      .adding(Normal.self)
  }
}

extension PosteriorCatalog {
  /// The posteriors of this package.
  public static var standard: Self {
    Self(kind: "posterior")
      .adding(Deterministic.self)
      .adding(Gaussian.self)
  }
}

extension MemoryCatalog {
  /// The memories of this package.
  public static var standard: Self {
    Self(kind: "memory")
      .adding(BatchMemory.self)
      .adding(QueueMemory.self)
      .adding(MomentumQueueMemory.self)
  }
}

extension SamplerCatalog {
  /// The samplers of this package.
  public static var standard: Self {
    Self(kind: "sampler")
      .adding(PriorSampler.self)
  }
}
