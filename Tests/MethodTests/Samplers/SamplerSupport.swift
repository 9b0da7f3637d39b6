import MoCAProtocols
import Priors

/// Images of one row whose pixels are the latent: what decoders and encoders do can be computed by hand.
private final class RowDecoder: Decoder {
  func decode(_ latents: Tensor) -> Tensor { latents.reshaped(-1, 1, 1, latents.shape[1]) }
}

/// Half of each pixel.
private final class HalvingEncoder: Encoder {
  func encode(_ images: Tensor) -> Tensor { images.flattened(from: 1) * 0.5 }
}

/// A distribution of that geometry whose `project` squashes, as priors on bounded supports may.
final class SquashingPrior: Prior {
  let latentSize: Int
  let geometry: LatentGeometry
  let kernelScale = 1.0

  init(_ geometry: LatentGeometry, latentSize: Int) {
    self.geometry = geometry
    self.latentSize = latentSize
  }

  func project(_ latents: Tensor) -> Tensor { latents.tanh() * 0.1 }

  func sample(_ count: Int, using generator: Generator) -> Tensor {
    .normal([count, latentSize], using: generator)
  }

  /// How far points are from the support, at most.
  func distance(of points: Tensor) -> Double {
    switch geometry {
    case .euclidean: 0
    case .sphere: (points.norm(along: 1) - 1).absolute().maximum().item
    case .ball: max(0, points.norm(along: 1).maximum().item - 1)
    case .cube: max(0, points.absolute().maximum().item - 1)
    case .simplex:
      max((points.sum(along: 1) - 1).absolute().maximum().item, -min(0, points.minimum().item))
    }
  }
}

/// A model of that prior whose autoencoder halves every latent.
func halvingModel(_ prior: any Prior) throws -> Autoencoder {
  let posterior = try Deterministic(NoSettings(), prior: prior)
  return Autoencoder(encoder: HalvingEncoder(), decoder: RowDecoder(), posterior: posterior, prior: prior)
}

/// What samplers of codes under that prior are built from.
func samplerContext(_ name: String, latentSize: Int) throws -> SamplerContext {
  SamplerContext(model: try halvingModel(prior(name, latentSize: latentSize)))
}

extension SamplerPlugin {
  /// The sampler with these settings, as the command line builds it.
  static func make(_ settings: String = "{}", _ context: SamplerContext) throws -> Self {
    try Self(Configuration(ConfigurationValue(yaml: settings), path: "sampler"), context: context)
  }
}

/// Points around a circle in the first two of `size` coordinates.
func ring(_ count: Int, size: Int, noise: Double, seed: UInt64) -> Tensor {
  let generator = Generator(seed: seed)
  let plane = Tensor.normal([count, 2], using: generator).normalized(along: 1)
  let rest = Tensor.zeros([count, size - 2])
  let circle = size > 2 ? Tensor.concatenated([plane, rest], along: 1) : plane
  return circle + Tensor.normal([count, size], using: generator) * noise
}
