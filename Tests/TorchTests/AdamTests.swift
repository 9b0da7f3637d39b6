import Testing
import Torch
import TorchNN

@Suite("Optimizers")
struct AdamTests {
  /// Adam of one number, as in the paper's algorithm 1 (and AdamW's algorithm 2).
  private struct HandAdam {
    var coefficients: Adam.Coefficients
    var value: Double
    var first = 0.0
    var second = 0.0
    var count = 0.0

    mutating func step(_ gradient: Double, learningRate: Double) {
      var gradient = gradient
      if coefficients.isDecoupled {
        value -= learningRate * coefficients.weightDecay * value
      } else {
        gradient += coefficients.weightDecay * value
      }
      count += 1
      first = coefficients.beta1 * first + (1 - coefficients.beta1) * gradient
      second = coefficients.beta2 * second + (1 - coefficients.beta2) * gradient * gradient
      let correctedFirst = first / (1 - power(coefficients.beta1))
      let correctedSecond = second / (1 - power(coefficients.beta2))
      value -= learningRate * correctedFirst / (correctedSecond.squareRoot() + coefficients.epsilon)
    }

    private func power(_ base: Double) -> Double {
      (0..<Int(count)).reduce(1.0) { result, _ in result * base }
    }
  }

  @Test(
    "the first steps equal the algorithm computed by hand",
    arguments: [
      Adam.Coefficients(), .init(beta1: 0.5, beta2: 0.9, epsilon: 1e-3), .init(weightDecay: 0.1),
      .init(weightDecay: 0.1, isDecoupled: true),
    ])
  func firstSteps(_ coefficients: Adam.Coefficients) {
    let start = [0.5, -2, 3]
    let slopes = [[1.0, -0.3, 0], [0.2, -0.3, 1e-3], [-4, 0.5, 2], [0, 0, 1]]
    let parameter = Parameter(wrappedValue: Tensor(start.map(Float.init)))
    let optimizer = Adam([("x", parameter)], coefficients: coefficients)
    var expected = start.map { HandAdam(coefficients: coefficients, value: $0) }
    for (index, slope) in slopes.enumerated() {
      let learningRate = 0.1 / Double(index + 1)
      optimizer.clearGradients()
      (parameter.wrappedValue * Tensor(slope.map(Float.init))).sum().backward()
      optimizer.step(learningRate: learningRate)
      for position in expected.indices {
        expected[position].step(slope[position], learningRate: learningRate)
      }
      // float32 moments: a few units in the last place.
      #expect(areClose(parameter.wrappedValue.doubles, expected.map(\.value), 2e-6))
    }
    #expect(optimizer.state.map(\.name) == ["x.exp_avg", "x.exp_avg_sq", "x.step"])
    #expect(areClose(optimizer.state[0].tensor.doubles, expected.map(\.first), 2e-6))
    #expect(areClose(optimizer.state[1].tensor.doubles, expected.map(\.second), 2e-6))
    #expect(optimizer.state[2].tensor.item == 4)
  }

  @Test("a channels-last weight moves as a plain one does")
  func channelsLast() {
    let generator = Generator(seed: 5)
    let start = Tensor.normal([4, 3, 2, 2], using: generator)
    let slope = Tensor.normal([4, 3, 2, 2], using: generator)
    let moved = [start, start.channelsLast()].map { value in
      let parameter = Parameter(wrappedValue: value.copy())
      let optimizer = Adam([("x", parameter)])
      for _ in 0..<3 {
        optimizer.clearGradients()
        (parameter.wrappedValue * slope).sum().backward()
        optimizer.step(learningRate: 0.01)
      }
      return parameter.wrappedValue.doubles
    }
    #expect(areClose(moved[0], moved[1], 1e-6))
  }

  @Test("a parameter without a gradient stays where it is")
  func withoutGradient() {
    let still = Parameter(wrappedValue: Tensor([Float](arrayLiteral: 1, 2)))
    let moving = Parameter(wrappedValue: Tensor([Float](arrayLiteral: 1, 2)))
    let optimizer = Adam([("still", still), ("moving", moving)])
    moving.wrappedValue.sum().backward()
    #expect(optimizer.gradients.count == 1)
    optimizer.step(learningRate: 0.1)
    #expect(still.wrappedValue.doubles == [1, 2])
    #expect(areClose(moving.wrappedValue.doubles, [0.9, 1.9], 1e-6))
    #expect(optimizer.state.first { $0.name == "still.step" }?.tensor.item == 0)
  }

  @Test("restored moments continue with the same bits")
  func resuming() throws {
    let make = { (value: Tensor) in
      let parameter = Parameter(wrappedValue: value.copy())
      return (parameter, Adam([("x", parameter)]))
    }
    let step = { (parameter: Parameter, optimizer: Adam) in
      optimizer.clearGradients()
      parameter.wrappedValue.squared().sum().backward()
      optimizer.step(learningRate: 0.01)
    }
    let (first, firstOptimizer) = make(Tensor.normal([17], using: Generator(seed: 1)))
    for _ in 0..<3 { step(first, firstOptimizer) }
    let (second, secondOptimizer) = make(first.wrappedValue.detached())
    let stored = firstOptimizer.state.map { ($0.name, $0.tensor.copy()) }
    try restore(secondOptimizer.state, from: Dictionary(uniqueKeysWithValues: stored))
    for _ in 0..<3 {
      step(first, firstOptimizer)
      step(second, secondOptimizer)
    }
    #expect(first.wrappedValue.data == second.wrappedValue.data)
  }

  @Test("clipping scales all gradients together when their norm is above the limit, and never up")
  func clipping() {
    let gradients = [Tensor([Float](arrayLiteral: 3, 0)), Tensor([Float](arrayLiteral: 0, 4, 0))]
    #expect(areClose([clip(gradients, toNorm: 10).item], [5], 1e-6))
    #expect(gradients[0].doubles == [3, 0])
    #expect(areClose([clip(gradients, toNorm: 1).item], [5], 1e-6))
    #expect(areClose(gradients[0].doubles + gradients[1].doubles, [0.6, 0, 0, 0.8, 0], 1e-6))
    #expect(areClose([Tensor.totalNorm(gradients).item], [1], 1e-6))
  }
}
