import MoCAProtocols

extension RegularizerCatalog {
  /// The regularizers of this package, by family. A new one is its file and a line here.
  public static var standard: Self {
    Self().addingContrast().addingKernelsAndCritics().addingSlices().addingLikelihoods()
      .addingControls()
  }

  private func addingContrast() -> Self {
    adding(MomentumContrast.self)
      .adding(DecoupledContrast.self)
      .adding(InBatchContrast.self)
      .adding(SimCLR.self)
      .adding(Uniformity.self)
      .adding(KoLeo.self)
  }

  private func addingKernelsAndCritics() -> Self {
    adding(MaximumMeanDiscrepancy.self)
      .adding(Sinkhorn.self)
      .adding(AdversarialCritic.self)
      .adding(AdversarialAutoencoder.self)
  }

  private func addingSlices() -> Self {
    adding(SlicedWasserstein.self)
      .adding(MaxSlicedWasserstein.self)
      .adding(SphericalSlicedWasserstein.self)
      .adding(SlicedCramer.self)
      .adding(CramerWold.self)
      .adding(SIGReg.self)
      .adding(VISReg.self)
  }

  private func addingLikelihoods() -> Self {
    adding(KullbackLeibler.self)
      .adding(SphericalDivergence.self)
      .adding(InfoVAE.self)
  }

  private func addingControls() -> Self {
    adding(LatentNorm.self)
      .adding(LatentGradientPenalty.self)
      .adding(SpectralNorm.self)
      .adding(NoRegularizer.self)
      .adding(Denoising.self)
      .adding(LatentNoise.self)
      .adding(GenerativeAdversary.self)
  }
}
