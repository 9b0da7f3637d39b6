import Foundation
import MoCAProtocols
import Runner
import Testing

/// Uses every way in which a regularizer can take part in a step.
final class Meddler: RegularizerPlugin, InputCorrupting, LatentPerturbing, ObservationWeighting, ModelAltering
{
  static let name = "meddler"
  static let summary = "takes part everywhere"
  static let reference = Citation.project
  static let subject = PenaltySubject.networks
  static let defaultPrior: String? = "normal"
  static let defaultPosterior: String? = "gaussian"

  struct Configuration: RegularizerConfiguration {
    @Setting("λ", .atLeast(0)) var weight: Weight = 3
  }

  @Parameter var scale: Tensor = .ones([])
  let warnings = ["this method meddles"]

  init(_ configuration: Configuration, context: RegularizerContext) throws {}

  func corrupted(_ images: Tensor, streams: RandomStreams) -> Tensor { images * 0 }

  func decoderInput(for latents: Tensor, prior: any Prior, streams: RandomStreams) -> Tensor {
    prior.sample(latents.shape[0], using: streams[.perturbation])
  }

  func observationLoss(_ squaredErrors: Tensor, valueCount: Int) -> Tensor {
    squaredErrors.mean() * scale / Double(valueCount)
  }

  func alter(_ model: Autoencoder) {
    for (_, parameter) in model.decoder.namedParameters() {
      parameter.wrappedValue = parameter.wrappedValue * 0
    }
  }

  func penalty(in context: RegularizationContext) -> Penalty {
    let pass = context.requiredPass(by: Self.name)
    let spread = pass.features - pass.features.mean(along: 0, keepsDimensions: true)
    return Penalty(
      (pass.decoderInput - context.latents).squared().mean(),
      diagnostics: [
        NamedTensor("featureSpread", spread.absolute().maximum()),
        NamedTensor("imageMean", pass.images.mean()),
        NamedTensor("output", pass.reconstructions.mean()),
      ])
  }
}

@Suite("What a regularizer can do in a step beside its penalty")
struct CapabilityTests {
  private var catalogs: Catalogs {
    var catalogs = Catalogs.tested
    catalogs.regularizers = catalogs.regularizers.adding(Meddler.self)
    return catalogs
  }

  private func state(_ experiment: Experiment) throws -> TrainingState {
    try TrainingState(
      experiment, catalogs: catalogs, imageShape: ImageShape(channels: 3, height: 28, width: 28),
      totalSteps: 10, device: .cpu)
  }

  @Test("it corrupts the encoder's input, replaces the decoder's, weighs the error and alters the networks")
  func allAtOnce() throws {
    let experiment = try tinyExperiment("regularizer=meddler", "memory=batch", catalogs: catalogs)
    let state = try state(experiment)
    let images = Tensor.uniform([16, 3, 28, 28], using: Generator(seed: 0)).channelsLast()
    let scalars = Dictionary(
      uniqueKeysWithValues: state.step(on: images).map { ($0.name, $0.tensor.item) })
    // The encoder saw blank images, the targets stayed as they were.
    #expect(scalars["featureSpread"] == 0)
    #expect(abs(try #require(scalars["imageMean"]) - images.mean().item) < 1e-6)
    // A decoder without weights gives sigmoid(0).
    #expect(scalars["output"] == 0.5)
    let error = (images - 0.5).squared().sum(along: 1, 2, 3).mean().item
    #expect(abs(try #require(scalars["reconstruction"]) / error - 1) < 1e-5)
    let expected = error / Double(3 * 28 * 28) + 3 * (scalars["penalty"] ?? .nan)
    #expect(abs(try #require(scalars["loss"]) / expected - 1) < 1e-5)
    let scale = try #require(state.regularizer as? Meddler).scale
    #expect(scale.item != 1, "its parameters are trained with the networks'")
    #expect(state.regularizer.warnings == ["this method meddles"])
  }

  @Test("prior, posterior and memory are the regularizer's own where none is named")
  func defaults() throws {
    let own = try tinyExperiment("regularizer=meddler", "memory=batch", catalogs: catalogs)
    #expect((own.prior.name, own.posterior.name) == ("normal", "gaussian"))
    let named = try tinyExperiment(
      "regularizer=meddler", "memory=batch", "prior=hypersphere", "posterior=deterministic",
      catalogs: catalogs)
    #expect((named.prior.name, named.posterior.name) == ("hypersphere", "deterministic"))
    let other = try tinyExperiment(
      "regularizer=meddler", "prior.scale=2", "regularizer=none", "memory=batch", catalogs: catalogs)
    #expect(other.prior.name == "hypersphere")
  }

  @Test("a trained model is altered before its weights are read")
  func stored() throws {
    let folder = try TemporaryFolder()
    var options = Trainer.Options(folder: folder["run"])
    options.cacheFolder = folder["cache"]
    let experiment = try tinyExperiment("regularizer=meddler", "memory=batch", catalogs: catalogs)
    let outcome = try Trainer(experiment, catalogs: catalogs, options: options).run()
    let model = try TrainedModel(StoredRun(RunFolder(opening: outcome.folder)), catalogs: catalogs)
    #expect(model.samplerContext.regularizer is any InputCorrupting)
  }
}
