import MoCAProtocols
import Optimizers
import Testing

@Suite("The optimizers of the catalog")
struct OptimizerTests {
  /// One number under `torch.optim.SGD` as its documentation writes it down: the first buffer is the gradient.
  private struct HandSGD {
    let settings: SGD.Configuration
    var value: Double
    var buffer: Double?

    mutating func step(_ slope: Double, learningRate: Double) {
      var gradient = slope + settings.weightDecay * value
      if settings.momentum > 0 {
        let momentum = buffer.map { settings.momentum * $0 + gradient } ?? gradient
        buffer = momentum
        gradient = settings.nesterov ? gradient + settings.momentum * momentum : momentum
      }
      value -= learningRate * gradient
    }
  }

  private func settings(_ yaml: String) throws -> SGD.Configuration {
    try SGD.Configuration(ConfigurationValue(yaml: yaml), path: "optimizer")
  }

  @Test(
    "SGD's steps are those of PyTorch's algorithm computed by hand",
    arguments: [
      "{momentum: 0}", "{momentum: 0.9}", "{momentum: 0.5, nesterov: true}", "{weightDecay: 0.1}",
      "{nesterov: true, weightDecay: 0.1}", "{momentum: 0, weightDecay: 0.1}",
    ])
  func firstSteps(_ yaml: String) throws {
    let settings = try settings(yaml)
    let start = [0.5, -2, 3]
    let slopes = [[1.0, -0.3, 0], [0.2, -0.3, 1e-3], [-4, 0.5, 2], [0, 0, 1]]
    let parameter = Parameter(wrappedValue: Tensor(start.map(Float.init)))
    let optimizer = SGD(settings, parameters: [("x", parameter)])
    var expected = start.map { HandSGD(settings: settings, value: $0) }
    for (index, slope) in slopes.enumerated() {
      let learningRate = 0.1 / Double(index + 1)
      optimizer.clearGradients()
      (parameter.wrappedValue * Tensor(slope.map(Float.init))).sum().backward()
      optimizer.step(learningRate: learningRate)
      for position in expected.indices {
        expected[position].step(slope[position], learningRate: learningRate)
      }
      // float32: a few units in the last place.
      for (found, expected) in zip(parameter.wrappedValue.doubles, expected) {
        #expect(abs(found - expected.value) < 2e-6)
      }
    }
    let hasBuffer = settings.momentum > 0
    #expect(optimizer.state.map(\.name) == (hasBuffer ? ["x.momentum_buffer"] : []))
    for (found, expected) in zip(optimizer.state.first?.tensor.doubles ?? [], expected) {
      #expect(abs(found - (expected.buffer ?? .nan)) < 2e-6)
    }
  }

  @Test("gradients stay as they are, and a parameter without one stays where it is")
  func leavesGradients() throws {
    let still = Parameter(wrappedValue: Tensor([Float](arrayLiteral: 1, 2)))
    let moving = Parameter(wrappedValue: Tensor([Float](arrayLiteral: 1, 2)))
    let optimizer = SGD(
      try settings("{nesterov: true, weightDecay: 0.5}"), parameters: [("still", still), ("moving", moving)])
    moving.wrappedValue.sum().backward()
    optimizer.step(learningRate: 0.1)
    #expect(optimizer.gradients.map(\.doubles) == [[1, 1]])
    #expect(still.wrappedValue.doubles == [1, 2])
    #expect(moving.wrappedValue.doubles != [1, 2])
    #expect(optimizer.state.first { $0.name == "still.momentum_buffer" }?.tensor.doubles == [0, 0])
  }

  @Test(
    "every optimizer's restored state continues with the same bits",
    arguments: OptimizerCatalog.standard.names)
  func resuming(_ name: String) throws {
    let entry = try OptimizerCatalog.standard.entry(named: name)
    let make = { (value: Tensor) in
      let parameter = Parameter(wrappedValue: value.copy())
      return (parameter, try entry.make(.empty, "optimizer", [("x", parameter)]))
    }
    let step = { (parameter: Parameter, optimizer: any Optimizer) in
      optimizer.clearGradients()
      parameter.wrappedValue.squared().sum().backward()
      optimizer.step(learningRate: 0.01)
    }
    let (first, firstOptimizer) = try make(Tensor.normal([17], using: Generator(seed: 1)))
    for _ in 0..<3 { step(first, firstOptimizer) }
    let (second, secondOptimizer) = try make(first.wrappedValue.detached())
    let stored = firstOptimizer.state.map { ($0.name, $0.tensor.copy()) }
    try restore(secondOptimizer.state, from: Dictionary(uniqueKeysWithValues: stored))
    for _ in 0..<3 {
      step(first, firstOptimizer)
      step(second, secondOptimizer)
    }
    #expect(!stored.isEmpty && first.wrappedValue.data == second.wrappedValue.data)
  }

  @Test("adamw decays the weights and adam the gradient; without decay they are one")
  func decay() throws {
    let moved = { (name: String, settings: String) -> [Double] in
      let parameter = Parameter(wrappedValue: Tensor([Float](arrayLiteral: 1, -2)))
      let optimizer = try OptimizerCatalog.standard.entry(named: name).make(
        ConfigurationValue(yaml: settings), "optimizer", [("x", parameter)])
      (parameter.wrappedValue * 3).sum().backward()
      optimizer.step(learningRate: 0.1)
      return parameter.wrappedValue.doubles
    }
    #expect(try moved("adam", "{}") == moved("adamw", "{}"))
    // The first step of Adam is the step size along the gradient's sign; AdamW takes 0.1 · 0.5 off each value before.
    let found = try zip(moved("adamw", "{weightDecay: 0.5}"), moved("adam", "{weightDecay: 0.5}"))
    for (pair, expected) in zip(found, [(0.85, 0.9), (-2.0, -2.1)]) {
      #expect(abs(pair.0 - expected.0) < 1e-6 && abs(pair.1 - expected.1) < 1e-6)
    }
  }

  @Test("Nesterov's step without momentum is refused with the way out")
  func nesterovNeedsMomentum() {
    let error = #expect(throws: ConfigurationError.self) { try settings("{nesterov: true, momentum: 0}") }
    #expect(
      error?.description
        == "optimizer.nesterov needs a momentum above 0, found 0; set optimizer.momentum, or "
        + "leave nesterov out")
  }

  @Test("each says what it is, and of every setting where its default comes from")
  func metadata() {
    for plugin in OptimizerCatalog.standard.summaries {
      #expect(plugin.type.about.count > 100 && !plugin.type.formula.isEmpty, "\(plugin.name)")
      #expect(plugin.settings.allSatisfy { !$0.source.isEmpty }, "\(plugin.name)")
    }
  }
}
