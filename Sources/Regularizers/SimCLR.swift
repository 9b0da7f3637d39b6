import Foundation
import MoCAProtocols

/// SimCLR: the codes of two random views of an image are told from those of all other images (Chen,
/// Kornblith, Norouzi and Hinton, "A Simple Framework for Contrastive Learning of Visual Representations",
/// ICML 2020, arXiv 2002.05709).
///
/// NT-Xent, averaged over the 2·batch codes of both views; a memory's codes are further negatives, without
/// gradients. Views: random resized crop, horizontal flip, brightness and contrast; hue, saturation, grey and
/// blur of the authors' list are left out. Both views pass the encoder in one batch of their own, in float32
/// and in training mode, so that running statistics see views and images alike.
public final class SimCLR: RegularizerPlugin {
  public static let name = "simclr"
  public static let summary = "contrast between two augmented views of each image (SimCLR, NT-Xent)"
  public static let reference = Citation(
    "Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, ICML 2020",
    url: "https://arxiv.org/abs/2002.05709")
  public static let subject = PenaltySubject.networks
  public static let takesSamples = true
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "the negatives are the other codes of the batch, and the loss grows like log(1 + K c) in their number K"
  ]
  public static let about = """
    Two random views of each image are encoded; each view's code is told from the codes of all other \
    images, with the other view as the right answer. Beside spreading codes over the sphere, as the other \
    contrastive methods do, it makes them indifferent to crops, flips and light. An autoencoder must \
    reproduce what the views change, so the two aims compete: choose it to measure what augmentation costs \
    or brings. Known limits: the codes of the clean images are not themselves pushed apart; it needs two \
    more images through the encoder for each one; turn off flips where they change the meaning, as with \
    digits.
    """
  public static let formula = """
    mean over both views' codes z of −log( exp(z·z⁺/τ) / (Σ exp(z·z′/τ) + Σⱼ exp(z·qⱼ/τ)) )
    z⁺: the code of the other view of the image; z′: all codes of the batch's views but z; qⱼ: the memory's codes
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: a starting point only")
    public var weight: Weight = 10
    @Setting("temperature τ of the softmax", .above(0), source: "the authors' code for CIFAR-10")
    public var temperature = 0.5
    @Setting(
      "smallest share of the image's area in a crop; 1 for no crop", .between(0.01, 1),
      source: "the authors' code")
    public var minimumArea = 0.08
    @Setting("whether half of the views are mirrored left to right", source: "the authors' code")
    public var flips = true
    @Setting(
      "brightness is multiplied by 1 − this to 1 + this", .between(0, 1),
      source: "the authors' code for CIFAR-10")
    public var brightness = 0.4
    @Setting(
      "contrast is multiplied by 1 − this to 1 + this", .between(0, 1),
      source: "the authors' code for CIFAR-10")
    public var contrast = 0.4

    public init() {}
  }

  private let configuration: Configuration

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try context.requireSphere(for: Self.name, which: "spreads codes over the unit sphere")
    self.configuration = configuration
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let pass = context.requiredPass(by: Self.name)
    let views = withoutGradients {
      let twice = Tensor.concatenated([pass.images, pass.images])
      return view(of: twice, using: context.streams[.corruption]).channelsLast()
    }
    let codes = pass.model.sampleCodes(of: views, using: context.streams[.corruption])
    return Penalty(
      Self.contrast(
        codes, population: context.recollection.population, temperature: configuration.temperature))
  }

  /// NT-Xent of the codes of two views, `[2 · batch, latentSize]`, the second views behind the first; rank 0.
  public static func contrast(_ codes: Tensor, population: Tensor?, temperature: Double) -> Tensor {
    let batch = codes.shape[0] / 2
    let others = Tensor.concatenated([codes] + (population.map { [$0] } ?? []))
    let logits = codes.matmul(others.transposed()) / temperature  // [2 · batch, 2 · batch + population]
    let partners = Tensor.concatenated([
      codes.narrowed(along: 0, from: batch, count: batch), codes.narrowed(along: 0, from: 0, count: batch),
    ])
    let positives = (codes * partners).sum(along: 1) / temperature
    let normalizers = logits.filled(where: codes.ownColumns(of: others), with: -.infinity).logSumExp(along: 1)
    return (normalizers - positives).mean()
  }

  /// One random view of each image, `[batch, channels, height, width]` in [0, 1].
  private func view(of images: Tensor, using generator: Generator) -> Tensor {
    let cropped = images.sampled(through: maps(images.shape[0], using: generator))
    let brighter = (cropped * factors(configuration.brightness, images.shape[0], using: generator))
      .clamped(min: 0).clamped(max: 1)
    let mean = brighter.mean(along: 2, 3, keepsDimensions: true)
    let factor = factors(configuration.contrast, images.shape[0], using: generator)
    return (mean + (brighter - mean) * factor).clamped(min: 0).clamped(max: 1)
  }

  /// Affine maps `[batch, 2, 3]` that show a window: its share of the area is uniform, the logarithm of its shape up to
  /// 4 : 3 either way as far as it fits, its place uniform.
  private func maps(_ count: Int, using generator: Generator) -> Tensor {
    let draw = { Tensor.uniform([count], using: generator) }
    let area = configuration.minimumArea + (1 - configuration.minimumArea) * draw()
    let logShape = (2 * draw() - 1) * (-area.log()).clamped(max: log(4.0 / 3))
    let (width, height) = (
      (area.log() + logShape).exp().squareRoot(), (area.log() - logShape).exp().squareRoot()
    )
    let (x, y) = ((2 * draw() - 1) * (1 - width), (2 * draw() - 1) * (1 - height))
    let mirror =
      configuration.flips
      ? draw().isLess(than: 0.5).to(dtype: .float32) * -2 + 1 : .ones([count], on: x.device)
    let zero = Tensor.zeros([count], on: x.device)
    return Tensor.stacked([width * mirror, zero, x, zero, height, y], along: 1).reshaped(count, 2, 3)
  }

  /// Factors from 1 − strength to 1 + strength, one for each image: `[batch, 1, 1, 1]`.
  private func factors(_ strength: Double, _ count: Int, using generator: Generator) -> Tensor {
    1 + strength * (2 * Tensor.uniform([count, 1, 1, 1], using: generator) - 1)
  }
}
