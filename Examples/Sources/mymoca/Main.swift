import MoCACommand
import Runner

/// The command line of MoCA with the plugins of this package beside its own: one line for each.
@main enum Main {
  static func main() {
    var catalogs = Catalogs.standard
    catalogs.regularizers = catalogs.regularizers.adding(RandomFeatures.self)
    catalogs.encoders = catalogs.encoders.adding(PooledEncoder.self)
    catalogs.decoders = catalogs.decoders.adding(PooledDecoder.self)
    catalogs.priors = catalogs.priors.adding(Laplace.self)
    catalogs.posteriors = catalogs.posteriors.adding(ConstantNoise.self)
    catalogs.memories = catalogs.memories.adding(MomentumKeys.self)
    catalogs.samplers = catalogs.samplers.adding(NeighbourSampler.self)
    catalogs.datasets = catalogs.datasets.adding(NumPyImages.self)
    catalogs.extractors = catalogs.extractors.adding(RandomConvolutions.self)
    catalogs.optimizers = catalogs.optimizers.adding(Lion.self)
    catalogs.metrics = catalogs.metrics.adding(Colourfulness.self)
    catalogs.launchers = catalogs.launchers.adding(CommandList.self)
    MoCA.main(catalogs: catalogs)
  }
}
