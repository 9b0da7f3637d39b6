import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("Likelihood regularizers")
struct DivergenceTests {
  private func prior(_ name: String, _ size: Int) throws -> any Prior {
    try MethodTests.prior(name, latentSize: size)
  }

  @Test("kl is the mean divergence of the images, with its gradient")
  func kullbackLeibler() throws {
    let fixtures = try Fixtures.tensors("laws")
    let prior = try prior("normal", 5)
    let posterior = try Gaussian(NoSettings(), prior: prior)
    let regularizer = try KullbackLeibler(.init(), context: .run(prior, posterior))
    let features = leaf(try fixtures["gaussian.features"])
    let codes = try fixtures["gaussian.points"]
    let penalty = regularizer.penalty(
      in: .init(features: features, codes: codes, posterior: posterior, prior: prior))
    let expected = try fixtures["gaussian.divergence.1"].mean().item
    #expect(penalty.value.shape == [] && penalty.diagnostics.isEmpty)
    #expect(relativeDifference(penalty.value.item, expected) < 1e-5)
    let gradient = penalty.value.gradients(withRespectTo: [features])[0]
    #expect(relativeDifference(gradient, try fixtures["gaussian.gradient.divergence.1"]) < 1e-4)
  }

  @Test("half precision of the features is taken up to single before anything is squared")
  func halfPrecision() throws {
    let prior = try prior("normal", 5)
    let posterior = try Gaussian(NoSettings(), prior: prior)
    let regularizer = try KullbackLeibler(.init(), context: .run(prior, posterior))
    let features = leaf(try Fixtures.tensors("laws")["gaussian.features"].to(dtype: .bfloat16))
    let codes = Tensor.zeros([12, 5])
    let context = RegularizationContext(features: features, codes: codes, posterior: posterior, prior: prior)
    let penalty = regularizer.penalty(in: context).value
    #expect(penalty.dtype == .float32 && isFinite(penalty.gradients(withRespectTo: [features])[0]))
  }

  @Test("the fixed observation is the mean squared error; the learned one is torch's likelihood")
  func observation() throws {
    let errors = try Fixtures.tensors("laws")["observation.errors"]
    let expected = try DistributionTable.read().observation
    let prior = try prior("normal", 5)
    let context = RegularizerContext.run(prior, try Gaussian(NoSettings(), prior: prior))
    let fixed = try KullbackLeibler(.init(), context: context)
    #expect(fixed.observationLoss(errors, valueCount: 48).item == errors.mean().item)
    #expect(fixed.namedTensors().isEmpty)
    var configuration = KullbackLeibler.Configuration()
    configuration.observation = .learned
    let learned = try KullbackLeibler(configuration, context: context)
    #expect(relativeDifference(learned.observationLoss(errors, valueCount: 48).item, expected.loss) < 1e-5)
    let variance = try #require(learned.trainableParameters().first?.parameter)
    #expect(learned.namedTensors().map(\.name) == ["variance.logarithm"])
    // The best variance is the mean squared error of a value: there the gradient vanishes.
    variance.wrappedValue = .scalar(log(errors.mean().item / 48))
    let gradient = learned.observationLoss(errors, valueCount: 48)
      .gradients(withRespectTo: [variance.wrappedValue])[0].item
    #expect(abs(gradient) < 1e-3)
    let features = Tensor.zeros([2, 10])
    let scale = learned.penalty(
      in: .init(
        features: features, codes: .zeros([2, 5]),
        posterior: try Gaussian(NoSettings(), prior: prior), prior: prior)
    ).diagnostics
    #expect(scale.map(\.name) == ["observationScale"])
    #expect(relativeDifference(scale[0].tensor.item, (errors.mean().item / 48).squareRoot()) < 1e-5)
  }

  @Test(
    "vmf-kl is the mean divergence from the uniform distribution",
    arguments: ["von-mises-fisher", "power-spherical"])
  func spherical(_ name: String) throws {
    let table = try DistributionTable.read()
    let rows = (name == "power-spherical" ? table.power : table.fisher).filter { $0.dimension == 8 }
    let prior = try prior("hypersphere", 8)
    let posterior = try PosteriorCatalog.standard.entry(named: name).make(.empty, "posterior", prior)
    let regularizer = try SphericalDivergence(.init(), context: .run(prior, posterior))
    let features = Tensor.concatenated(rows.map { sphericalFeatures(axis(8), $0.concentration) })
    let codes = posterior.mode(of: features)
    let context = RegularizationContext(features: features, codes: codes, posterior: posterior, prior: prior)
    let expected = rows.map(\.divergence).reduce(0, +) / Double(rows.count)
    #expect(relativeDifference(regularizer.penalty(in: context).value.item, expected) < 1e-5)
    let general = try KullbackLeibler(.init(), context: .run(prior, posterior))
    #expect(general.penalty(in: context).value.item == regularizer.penalty(in: context).value.item)
  }

  @Test("info-vae weighs divergence and discrepancy as its formula says", arguments: [0.5, 1, -1])
  func information(_ information: Double) throws {
    let fixtures = try Fixtures.tensors("laws")
    let expected = try DistributionTable.read().info
    let base = try prior("normal", 5)
    let prior = FixedPrior(base, draws: try fixtures["info.draws"])
    let posterior = try Gaussian(NoSettings(), prior: prior)
    var configuration = InfoVAE.Configuration()
    (configuration.information, configuration.matching) = (information, 10)
    let regularizer = try InfoVAE(configuration, context: .run(prior, posterior))
    let (features, codes) = (leaf(try fixtures["info.features"]), leaf(try fixtures["info.codes"]))
    let penalty = regularizer.penalty(
      in: .init(features: features, codes: codes, posterior: posterior, prior: prior))
    let value = (1 - information) * expected.divergence + (information + 9) * expected.discrepancy
    #expect(relativeDifference(penalty.value.item, value) < 1e-5)
    #expect(
      penalty.diagnostics.map(\.name) == (information == 1 ? ["discrepancy"] : ["divergence", "discrepancy"]))
    let slopes = penalty.value.gradients(withRespectTo: [features, codes])
    #expect((slopes[0].absolute().sum().item > 0) == (information != 1))
    #expect(slopes[1].absolute().sum().item > 0)
  }

  @Test("all codes equal, and batches of two: finite values and gradients", arguments: [2, 128])
  func collapse(_ dimension: Int) throws {
    let prior = try prior("normal", dimension)
    let posterior = try Gaussian(NoSettings(), prior: prior)
    for name in ["kl", "info-vae"] {
      let context = RegularizerContext.run(prior, posterior, batchSize: 2)
      let regularizer: any LatentRegularizer =
        name == "kl" ? try KullbackLeibler(.init(), context: context) : try InfoVAE(.init(), context: context)
      let (features, codes) = (leaf(.zeros([2, 2 * dimension])), leaf(.zeros([2, dimension])))
      let penalty = regularizer.penalty(
        in: .init(features: features, codes: codes, posterior: posterior, prior: prior)
      ).value
      #expect(isFinite(penalty))
      #expect(penalty.gradients(withRespectTo: [features, codes]).allSatisfy(isFinite))
    }
  }

  private func reason(_ body: () throws -> Void) -> String {
    do { try body() } catch let error as ConfigurationError { return error.description } catch {
      return "\(error)"
    }
    return ""
  }

  @Test("what cannot be measured is refused with the reason and the way out")
  func refusals() throws {
    let (normal, sphere) = (try prior("normal", 3), try prior("hypersphere", 3))
    let point = try Deterministic(NoSettings(), prior: normal)
    let noisy = try Gaussian(NoSettings(), prior: sphere)
    #expect(
      reason { _ = try KullbackLeibler(.init(), context: .run(normal, point)) }.contains("posterior=gaussian")
    )
    #expect(reason { _ = try KullbackLeibler(.init(), context: .run(sphere, noisy)) }.contains("\"kl\""))
    #expect(
      reason { _ = try SphericalDivergence(.init(), context: .run(normal, nil)) }.contains(
        "prior=hypersphere"))
    #expect(
      reason { _ = try SphericalDivergence(.init(), context: .run(sphere, noisy)) }
        .contains("posterior=von-mises-fisher"))
    #expect(
      reason { _ = try InfoVAE(.init(), context: .run(normal, point)) }.contains("regularizer.information=1"))
    var configuration = InfoVAE.Configuration()
    configuration.information = 1
    #expect(throws: Never.self) { try InfoVAE(configuration, context: .run(normal, point)) }
    (configuration.information, configuration.matching) = (0.5, 0.03)
    #expect(reason { try configuration.validate() }.contains("regularizer.matching"))
    // Priors with a density but no closed form are estimated; without a posterior nothing is checked.
    let mixture = try prior("mixture", 3)
    let gaussian = try Gaussian(NoSettings(), prior: mixture)
    #expect(throws: Never.self) { try KullbackLeibler(.init(), context: .run(mixture, gaussian)) }
    #expect(throws: Never.self) { try KullbackLeibler(.init(), context: .run(try prior("cube", 3), nil)) }
  }
}
