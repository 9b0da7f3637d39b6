import MoCAProtocols
import Testing

@Suite("A MoCA training step against the same step in PyTorch")
struct MomentumContrastStepTests {
  private struct Summary: Decodable {
    struct Step: Decodable {
      let loss: Double
      let reconstruction: Double
      let contrastive: Double
    }

    struct Final: Decodable {
      let queuePosition: Double
      let absoluteSums: [String: Double]
    }

    let steps: [Step]
    let final: Final
  }

  private let fixtures: FixtureTensors
  private let summary: Summary

  init() throws {
    fixtures = try Fixtures.tensors("moca_step")
    summary = try Fixtures.values("moca_step", as: Summary.self)
  }

  private func batch(_ index: Int) throws -> Tensor {
    try fixtures["images"].selected(along: 0, at: index % 5)
  }

  @Test("the networks have PyTorch's names, so its weights load strictly")
  func names() throws {
    let step = try ReferenceStep(fixtures)
    #expect(Set(step.encoder.state.keys) == Set(fixtures.dropping("encoder.").keys))
    #expect(Set(step.decoder.state.keys) == Set(fixtures.dropping("decoder.").keys))
  }

  @Test("loss terms, outputs and every gradient of the first step are equal to 1e-5")
  func firstStep() throws {
    // Both sides are float32 and differ in the order of sums only: about 1e-6 after the network's depth.
    let step = try ReferenceStep(fixtures)
    let terms = step.backward(try batch(0))
    let expected = try #require(summary.steps.first)
    #expect(relativeDifference(terms.loss, expected.loss) < 1e-5)
    #expect(relativeDifference(terms.reconstruction, expected.reconstruction) < 1e-5)
    #expect(relativeDifference(terms.contrastive, expected.contrastive) < 1e-5)
    #expect(relativeDifference(terms.latents, try fixtures["first.latents"]) < 1e-5)
    #expect(relativeDifference(terms.recollection.keys, try fixtures["first.keys"]) < 1e-5)
    #expect(relativeDifference(terms.reconstructions, try fixtures["first.reconstructions"]) < 1e-5)
    let gradients = fixtures.dropping("gradients.")
    let parameters =
      step.encoder.namedParameters().map { ("encoder." + $0.name, $0.parameter) }
      + step.decoder.namedParameters().map { ("decoder." + $0.name, $0.parameter) }
    #expect(parameters.count == gradients.count)
    for (name, parameter) in parameters {
      let found = try #require(parameter.wrappedValue.gradient, "\(name)")
      let difference = relativeDifference(found, try #require(gradients[name]))
      #expect(difference < 1e-5, "\(name)")
    }
  }

  @Test("twenty steps stay within 1e-3, and so do the networks, their momentum copy and the queue")
  func trajectory() throws {
    let step = try ReferenceStep(fixtures)
    for (index, expected) in summary.steps.enumerated() {
      let terms = step.backward(try batch(index))
      step.update(terms)
      #expect(relativeDifference(terms.loss, expected.loss) < 1e-3, "step \(index)")
      #expect(relativeDifference(terms.reconstruction, expected.reconstruction) < 1e-3, "step \(index)")
      // Beside λ = 100 and a value near one, an absolute 1e-3 is the same share of the loss.
      #expect(abs(terms.contrastive - expected.contrastive) < 1e-3, "step \(index)")
    }
    #expect(summary.steps.count == 20)
    let memory = step.memory.state
    let keys = try #require(memory["queue.keys"])
    #expect(relativeDifference(keys, try fixtures["queue.final"]) < 1e-3)
    #expect(memory["queue.position"]?.item == summary.final.queuePosition)
    let state = [("encoder.", step.encoder.state), ("decoder.", step.decoder.state), ("key_", memory)]
      .flatMap { prefix, tensors in tensors.map { (prefix + $0.key, $0.value) } }
    var compared = 0
    for (name, tensor) in state {
      guard let expected = summary.final.absoluteSums[name] else { continue }
      compared += 1
      // A bias that starts at zero is measured against how far twenty steps of 0.001 can carry it.
      let reach = max(expected, 0.02 * Double(tensor.elementCount))
      let sum = tensor.to(dtype: .float64).absolute().sum().item
      #expect(abs(sum - expected) < 1e-3 * reach, "\(name)")
    }
    #expect(compared == summary.final.absoluteSums.count)
  }

  @Test("with the networks in bfloat16 the first losses stay within two percent and gradients are finite")
  func bfloat16() throws {
    // bfloat16 has 8 bits of mantissa, 0.4 %, and the errors of a network's layers add up.
    let step = try ReferenceStep(fixtures)
    let terms = step.backward(try batch(0), dtype: .bfloat16)
    let expected = try #require(summary.steps.first)
    #expect(relativeDifference(terms.loss, expected.loss) < 0.02)
    #expect(relativeDifference(terms.reconstruction, expected.reconstruction) < 0.02)
    #expect(relativeDifference(terms.latents, try fixtures["first.latents"]) < 0.05)
    for gradient in step.optimizer.gradients {
      #expect(gradient.dtype == .float32)
      #expect(gradient.isFinite.all().item == 1)
    }
    step.update(terms)
    #expect(step.memory.state["queue.keys"]?.dtype == .float32)
  }
}
