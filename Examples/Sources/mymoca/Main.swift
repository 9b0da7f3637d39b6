import MoCACommand
import Runner

/// The command line of MoCA with the plugins of this package beside its own.
@main enum Main {
  static func main() {
    var catalogs = Catalogs.standard
    catalogs.regularizers = catalogs.regularizers.adding(RandomFeatures.self)
    catalogs.encoders = catalogs.encoders.adding(PooledEncoder.self)
    catalogs.decoders = catalogs.decoders.adding(PooledDecoder.self)
    catalogs.optimizers = catalogs.optimizers.adding(Lion.self)
    MoCA.main(catalogs: catalogs)
  }
}
