import Foundation
import MoCAProtocols

/// The divergence of each image's posterior from the prior: the variational autoencoder (Kingma and Welling,
/// ICLR 2014) and the β-VAE (Higgins et al., ICLR 2017).
///
/// The mean over images of KL(q(z | x) ‖ p) in nats: in closed form where the posterior knows it, else −H(q)
/// − log p(z) at the drawn code z, with the entropy H in closed form. The squared error of an image is twice
/// the negative log likelihood of a normal observation of variance one, up to a constant, so that λ = 2β.
/// With `observation=learned` (Dai and Wipf, ICLR 2019) the reconstruction term is twice that of variance σ²
/// too.
public final class KullbackLeibler: RegularizerPlugin, ObservationWeighting {
  public static let name = "kl"
  public static let summary = "divergence of each image's posterior from the prior (VAE, β-VAE)"
  public static let reference = Citation(
    "Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014", url: "https://arxiv.org/abs/1312.6114")
  public static let about = """
    The variational autoencoder. Unlike the methods that match the codes of all images together, it pulls \
    the distribution of every single image to the prior, so codes carry noise and overlap. Closed form \
    against the normal prior; with the priors mixture and vamp it is estimated at the drawn code. Half of \
    the weight is β. At weight 2 the observation has variance one, which blurs images in [0, 1]; \
    observation=learned finds the variance and with it the balance of both terms, and is the better default \
    for pictures. Known limit: coordinates may collapse to the prior and carry nothing. Needs a posterior \
    with a density.
    """
  public static let formula = """
    penalty = mean over images of KL(q(z | x) ‖ p)
    observation=learned: reconstruction = SSE / σ² + D log σ², D values in an image
    """
  public static let defaultPrior: String? = "normal"
  public static let defaultPosterior: String? = "gaussian"
  public static let subject = PenaltySubject.posterior

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight("twice β"), source: "Kingma and Welling 2014: β = 1 with an observation of variance one")
    public var weight: Weight = 2
    @Setting(
      "variance of the observation: fixed at one, or learned", source: "Kingma and Welling 2014: not learned")
    public var observation = Observation.fixed
    @Setting(
      "standard deviation σ of the observation at the start, where it is learned", .above(0),
      source: "ours: about the deviation of an image's values from their mean")
    public var observationScale = 0.25

    public init() {}
  }

  /// Where the observation's variance comes from.
  public enum Observation: String, SettingValue, CaseIterable {
    case fixed, learned
  }

  private let variance: ObservationVariance?

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try context.requireDivergence(
      for: Self.name,
      wayOut: "set posterior=gaussian with prior=normal, or posterior=von-mises-fisher with prior=hypersphere"
    )
    variance =
      configuration.observation == .learned ? ObservationVariance(scale: configuration.observationScale) : nil
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let scale = variance.map { [NamedTensor("observationScale", ($0.logarithm * 0.5).exp())] }
    return Penalty(context.meanDivergence(for: Self.name), diagnostics: scale ?? [])
  }

  public func observationLoss(_ squaredErrors: Tensor, valueCount: Int) -> Tensor {
    guard let variance else { return squaredErrors.mean() }
    return squaredErrors.mean() * (-variance.logarithm).exp() + variance.logarithm * Double(valueCount)
  }
}

/// The variance of the observation as a parameter.
private final class ObservationVariance: Module {
  /// log σ², rank 0.
  @Parameter var logarithm: Tensor

  init(scale: Double) { logarithm = .scalar(2 * log(scale)) }
}

extension RegularizerContext {
  /// Checks that the divergence of the run's posterior from its prior is known or can be estimated.
  ///
  /// - Throws: `ConfigurationError.incompatible` where it is not. Without a posterior nothing is checked.
  func requireDivergence(for name: String, wayOut: String) throws {
    guard let posterior else { return }
    let isKnown = withoutGradients {
      let features = Tensor.zeros([1, posterior.featureCount])
      if posterior.divergence(of: features, from: prior) != nil { return true }
      // A prior made of the encoder cannot be asked before the networks run.
      let isMeasurable =
        prior is any EncoderBoundPrior || prior.logDensity(of: .zeros([1, prior.latentSize])) != nil
      return posterior.entropy(of: features) != nil && isMeasurable
    }
    if isKnown { return }
    throw ConfigurationError.incompatible(
      "the regularizer \"\(name)\" needs the divergence of the posterior from the prior, and for these two it "
        + "is not known: the posterior has no density there, or the prior has none; \(wayOut), or choose "
        + "another regularizer")
  }
}

extension RegularizationContext {
  /// The mean over images of KL(q ‖ p), in nats, for the regularizer of that name: in closed form, or else
  /// estimated at the drawn codes.
  func meanDivergence(for name: String) -> Tensor {
    let pass = requiredPass(by: name)
    let (posterior, features) = (pass.model.posterior, pass.features.to(dtype: .float32))
    if let divergence = posterior.divergence(of: features, from: prior) { return divergence.mean() }
    guard let entropy = posterior.entropy(of: features), let density = prior.logDensity(of: latents) else {
      fatalError("the regularizer \(name) was built without a check of this posterior against this prior")
    }
    return -(entropy + density).mean()
  }
}
