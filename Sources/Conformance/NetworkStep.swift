import MoCAProtocols

/// One training step of ``StubNetworks``, as the run takes it: networks under autocast, losses in float32.
final class NetworkStep {
  /// Tensors that the losses depend on and that a check may move.
  struct Part {
    let name: String
    let tensors: [Tensor]
  }

  /// The penalty, and the reconstruction term as the method has it.
  struct Losses {
    let penalty: Tensor
    let observation: Tensor
    let context: RegularizationContext

    var both: [Tensor] { [penalty, observation] }
  }

  let regularizer: any LatentRegularizer
  let model: Autoencoder
  private let specimen: Specimen
  private let population: Tensor?
  /// Added to the encoder's features, `[batch, featureCount]`.
  private let offset: Tensor
  private let codes: Tensor?

  /// Builds networks and method anew.
  ///
  /// - Parameters:
  ///   - codes: The codes of the batch in place of draws of the posterior, `[batch, latentSize]`. They are then a part
  ///     of their own: how a draw follows its distribution is the posterior's affair, and no finite
  ///     difference sees through proposals that are accepted or not.
  ///   - seed: Decides the initial state of the method.
  init(
    _ specimen: Specimen, _ networks: StubNetworks, batch: Int, codes: Tensor? = nil, seed: UInt64 = 0
  ) throws {
    self.specimen = specimen
    regularizer = try specimen.make(batch: batch, seed: seed)
    model = networks.makeModel()
    (regularizer as? any ModelAltering)?.alter(model)
    population = specimen.population(of: .prior, batch: batch, seed: 14)
    offset = .zeros([batch, networks.posterior.featureCount])
    offset.setRequiresGradient(true)
    self.codes = codes.map { $0.detached().copy() }
    self.codes?.setRequiresGradient(true)
  }

  /// Everything that can be moved. A critic is not: the penalty's gradients on it are thrown away.
  var parts: [Part] {
    let module = { (name: String, module: any Module) in
      Part(name: name, tensors: module.trainableParameters().map(\.parameter.wrappedValue))
    }
    return [
      Part(name: "features", tensors: [offset]), Part(name: "codes", tensors: codes.map { [$0] } ?? []),
      module("encoder", model.encoder), module("decoder", model.decoder),
      regularizer is any AdversarialRegularizer
        ? Part(name: "regularizer", tensors: []) : module("regularizer", regularizer),
    ]
    .filter { !$0.tensors.isEmpty }
  }

  /// Adds normal noise to the features, so that the images' distributions differ more than those of noise
  /// images do.
  func spreadFeatures(seed: UInt64 = 15) {
    withoutGradients { offset.assign(.normal(offset.shape, using: Generator(seed: seed)) * 0.5) }
  }

  /// Adds a number to every feature.
  func shiftFeatures(by value: Double) { withoutGradients { offset.add(value) } }

  /// Moves a part along a direction of its tensors' shapes.
  func move(_ part: Int, along direction: [Tensor], by distance: Double) {
    withoutGradients {
      for (tensor, change) in zip(parts[part].tensors, direction) { tensor.add(change, scale: distance) }
    }
  }

  /// The losses of images; the same `seed` gives the same random numbers.
  ///
  /// - Parameters:
  ///   - order: Rows of the batch; everything is drawn in the plain order and then gathered.
  ///   - dtype: Of the networks' products.
  func losses(
    _ images: Tensor, seed: UInt64 = 0, order: Tensor? = nil, in dtype: DType = .float32
  ) -> Losses {
    let streams = RandomStreams(seed: seed, device: .cpu)
    let pass = pass(images, streams, order, dtype)
    let context = RegularizationContext(
      pass, recollection: Recollection(keys: pass.latents.detached(), population: population),
      streams: streams)
    let errors = pass.squaredErrors
    return Losses(
      penalty: regularizer.penalty(in: context).value,
      observation: pass.observationLoss(errors, under: regularizer) ?? errors.mean(), context: context)
  }

  /// A training step's pass, but for what is added to the features, for codes that are given, and for the order of the
  /// rows.
  private func pass(
    _ images: Tensor, _ streams: RandomStreams, _ order: Tensor?, _ dtype: DType
  ) -> ForwardPass {
    let (prior, posterior) = (model.prior, model.posterior)
    return ForwardPass(
      of: images, through: model, under: regularizer, streams: streams, in: dtype,
      drawing: {
        let features = $0 + offset
        let drawn = codes.map { prior.geometry.parametrized($0) }
        return (
          features, drawn ?? prior.project(posterior.sample(from: features, using: streams[.posterior]))
        )
      },
      arranging: { tensor in order.map { tensor.gathered(along: 0, at: $0) } ?? tensor })
  }

  /// The derivatives of a loss with respect to every tensor of every part, in their order.
  func gradients(of loss: Tensor) -> [[Tensor]] {
    let parts = parts
    guard loss.requiresGradient else { return parts.map { $0.tensors.map { $0.detached() * 0 } } }
    let flat = loss.gradients(withRespectTo: parts.flatMap(\.tensors), retainsGraph: true)
    var start = 0
    return parts.map { part in
      defer { start += part.tensors.count }
      return flat[start..<start + part.tensors.count].map { $0.detached() }
    }
  }
}
