import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("Damage to images and noise on codes")
struct DamageTests {
  private func prior(_ geometry: LatentGeometry, size: Int) throws -> any Prior {
    let context = PriorContext(latentSize: size)
    return geometry == .sphere
      ? try Hypersphere(.init(), context: context) : try Normal(.init(), context: context)
  }

  private func denoising(_ change: (inout Denoising.Configuration) -> Void) throws -> Denoising {
    var configuration = Denoising.Configuration()
    change(&configuration)
    return try Denoising(configuration, context: building(try prior(.euclidean, size: 4)))
  }

  @Test("Gaussian noise has the stated deviation, is cut to the images' range, and keeps the layout")
  func gaussian() throws {
    let images = Tensor.full([16, 3, 16, 16], 0.5).channelsLast()
    let free = try denoising { ($0.noise, $0.clips) = (0.3, false) }.corrupted(images, streams: streams(1))
    let noise = free - images
    #expect(free.isChannelsLast)
    // Five standard errors over 12,288 draws.
    #expect(abs(noise.mean().item) < 5 * 0.3 / 12_288.0.squareRoot())
    #expect(abs(noise.squared().mean().item / 0.09 - 1) < 5 * (2 / 12_288.0).squareRoot())
    let cut = try denoising { $0.noise = 0.3 }.corrupted(images, streams: streams(1))
    #expect(cut.minimum().item == 0)
    #expect(cut.maximum().item == 1)
    #expect((cut - free.clamped(min: 0).clamped(max: 1)).absolute().maximum().item == 0)
    #expect(try denoising { $0.noise = 0 }.corrupted(images, streams: streams(1)).data == images.data)
  }

  @Test("masking sets the stated share of values to zero and leaves the others")
  func masking() throws {
    let images = Tensor.uniform([16, 3, 16, 16], using: Generator(seed: 4)) + 0.5
    let damaged = try denoising { ($0.damage, $0.maskedShare) = (.masking, 0.25) }
      .corrupted(images, streams: streams(2))
    let kept = damaged.isGreater(than: 0).to(dtype: .float32)
    #expect(abs(kept.mean().item - 0.75) < 5 * (0.25 * 0.75 / 12_288.0).squareRoot())
    #expect((damaged - images * kept).absolute().maximum().item == 0)
  }

  @Test("damage comes from its own stream, and the penalty is zero")
  func stream() throws {
    let regularizer = try denoising { _ in }
    let images = Tensor.full([4, 1, 8, 8], 0.5)
    let streams = streams(7)
    let first = regularizer.corrupted(images, streams: streams)
    #expect(streams.states.map(\.name) == ["corruption"])
    #expect(regularizer.corrupted(images, streams: streams).data != first.data)
    #expect(regularizer.corrupted(images, streams: MethodTests.streams(7)).data == first.data)
    let prior = try prior(.euclidean, size: 4)
    #expect(regularizer.penalty(in: .init(.ones([4, 4]), prior)).value.item == 0)
    #expect(!Denoising.takesSamples)
  }

  private func noise(
    _ prior: any Prior, _ change: (inout LatentNoise.Configuration) -> Void = { _ in }
  ) throws -> LatentNoise {
    var configuration = LatentNoise.Configuration()
    change(&configuration)
    return try LatentNoise(configuration, context: building(prior))
  }

  @Test("on the sphere codes are turned by angles uniform up to the limit", arguments: [2, 3, 128])
  func angles(_ size: Int) throws {
    let prior = try prior(.sphere, size: size)
    let streams = streams(3)
    let codes = prior.sample(2000, using: streams[.prior])
    let noisy = try noise(prior) { $0.angle = 60 }.decoderInput(for: codes, prior: prior, streams: streams)
    let norms = noisy.squared().sum(along: 1)
    #expect((norms - 1).absolute().maximum().item < 1e-5)
    let cosines = (noisy * codes).sum(along: 1).clamped(min: -1).clamped(max: 1)
    let sorted = cosines.arcCosine().sorted(along: 0).doubles
    let limit = Double.pi / 3
    let gap = sorted.enumerated().map { abs($1 / limit - (Double($0) + 0.5) / 2000) }.max() ?? 1
    // Kolmogorov-Smirnov at the 99.9 % level: 1.95 / √n.
    #expect(gap < 1.95 / 2000.0.squareRoot())
  }

  @Test("gradients pass through the rotation, for codes rounded to bfloat16 and at no angle too")
  func rotationGradients() throws {
    for size in [2, 128] {
      let prior = try prior(.sphere, size: size)
      let streams = streams(5)
      let codes = leaf(
        prior.sample(64, using: streams[.prior]).to(dtype: .bfloat16).to(dtype: .float32))
      for angle in [0.0, 45, 180] {
        let noisy = try noise(prior) { $0.angle = angle }
          .decoderInput(for: codes, prior: prior, streams: streams)
        let gradient = (noisy * noisy.detached().flipped(along: 0)).sum().gradients(withRespectTo: [codes])[0]
        #expect(gradient.isFinite.all().item == 1)
        #expect(gradient.absolute().maximum().item > 0)
      }
    }
  }

  @Test("elsewhere the noise is in units of the prior's deviation")
  func additive() throws {
    var configuration = Normal.Configuration()
    configuration.scale = 3
    let prior = try Normal(configuration, context: PriorContext(latentSize: 16))
    let codes = Tensor.zeros([1000, 16])
    let noisy = try noise(prior) { $0.noise = 0.5 }
      .decoderInput(for: codes, prior: prior, streams: streams(6))
    #expect(abs(noisy.squared().mean().item / 2.25 - 1) < 5 * (2 / 16_000.0).squareRoot())
  }

  /// A prior that is only a shape.
  private final class Shape: Prior {
    let latentSize = 3
    let kernelScale = 6.0
    let geometry: LatentGeometry

    init(_ geometry: LatentGeometry) { self.geometry = geometry }

    func project(_ latents: Tensor) -> Tensor { latents }

    func sample(_ count: Int, using generator: Generator) -> Tensor { .zeros([count, latentSize]) }
  }

  @Test("noisy codes stay on the support", arguments: [LatentGeometry.cube, .ball, .simplex])
  func support(_ geometry: LatentGeometry) throws {
    let prior = Shape(geometry)
    let codes = leaf(.full([500, 3], 1.0 / 3))
    let noisy = try noise(prior) { $0.noise = 2 }.decoderInput(for: codes, prior: prior, streams: streams(8))
    switch geometry {
    case .cube: #expect(noisy.absolute().maximum().item == 1)
    case .ball: #expect(noisy.norm(along: 1).maximum().item < 1 + 1e-5)
    default:
      #expect(noisy.minimum().item > 0)
      #expect((noisy.sum(along: 1) - 1).absolute().maximum().item < 1e-5)
    }
    let gradient = noisy.squared().sum().gradients(withRespectTo: [codes])[0]
    #expect(gradient.isFinite.all().item == 1)
  }
}
