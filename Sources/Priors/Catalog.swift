import MoCAProtocols

extension PriorCatalog {
  public static var standard: Self {
    Self()
      .adding(Hypersphere.self)
      .adding(Normal.self)
      .adding(UniformCube.self)
      .adding(UniformBall.self)
      .adding(Dirichlet.self)
      .adding(GaussianMixture.self)
      .adding(VampPrior.self)
  }
}

extension PosteriorCatalog {
  public static var standard: Self {
    Self()
      .adding(Deterministic.self)
      .adding(Gaussian.self)
      .adding(VonMisesFisher.self)
      .adding(PowerSpherical.self)
  }
}

extension MemoryCatalog {
  public static var standard: Self {
    Self()
      .adding(BatchMemory.self)
      .adding(QueueMemory.self)
      .adding(MomentumQueueMemory.self)
  }
}

extension SamplerCatalog {
  public static var standard: Self {
    Self()
      .adding(PriorSampler.self)
      .adding(GaussianMixtureSampler.self)
      .adding(KernelDensitySampler.self)
      .adding(VonMisesFisherMixtureSampler.self)
      .adding(SecondStageSampler.self)
      .adding(MarkovChainSampler.self)
  }
}
