/// What a regularizer sees of a step.
public struct RegularizationContext {
  /// The batch's codes on the prior's support, `[batch, latentSize]`, with gradients.
  public let latents: Tensor
  /// The memory's contents, without gradients.
  public let recollection: Recollection
  /// The distribution to match.
  public let prior: any Prior
  /// The run's random streams.
  public let streams: RandomStreams
  /// The rest of the step, or `nil` where codes are moved without networks, as the conformance kit does.
  public let pass: ForwardPass?

  /// Collects the values.
  public init(
    latents: Tensor, recollection: Recollection, prior: any Prior, streams: RandomStreams,
    pass: ForwardPass? = nil
  ) {
    self.latents = latents
    self.recollection = recollection
    self.prior = prior
    self.streams = streams
    self.pass = pass
  }

  /// A step whose codes went through the networks.
  public init(_ pass: ForwardPass, recollection: Recollection, streams: RandomStreams) {
    self.init(
      latents: pass.latents, recollection: recollection, prior: pass.model.prior, streams: streams, pass: pass
    )
  }

  /// The rest of the step, for a method that cannot do without.
  public func requiredPass(by name: String) -> ForwardPass {
    guard let pass else {
      fatalError("the regularizer \(name) needs the networks of a step, not codes alone")
    }
    return pass
  }

  /// The batch's codes and the memory's population as one sample, `[batch + population, latentSize]`.
  ///
  /// Only the batch's rows carry gradients; these are multiplied by (batch + population) / batch, so that a
  /// penalty of the whole sample pulls as hard in expectation as if every row were live, and the weight means
  /// the same under every memory.
  public var samples: Tensor {
    guard let population = recollection.population else { return latents }
    let (batch, stored) = (latents.shape[0], population.shape[0])
    let scaled = latents.scalingGradient(by: Double(batch + stored) / Double(batch))
    return .concatenated([scaled, population])
  }

  /// Draws of the prior, `[count, latentSize]`.
  public func priorSamples(_ count: Int) -> Tensor { prior.sample(count, using: streams[.prior]) }

  /// The same step with codes that carry no gradients, for a critic.
  public var detached: RegularizationContext {
    .init(
      latents: latents.detached(), recollection: recollection, prior: prior, streams: streams,
      pass: pass?.detached)
  }
}
