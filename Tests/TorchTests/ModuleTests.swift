import Testing
import Torch
import TorchNN

@Suite("Modules")
struct ModuleTests {
  @Test("reflection finds the state under PyTorch's names, in the order of declaration")
  func names() {
    let network = Network()
    #expect(network.namedTensors().map(\.name) == Network.names)
    #expect(
      network.namedParameters().map(\.name)
        == Network.names.filter { !$0.contains("running") && $0 != "position" })
    // 18 + 2·2, 72 + 2·4, 15, 9 of the convolutions, 13 of the perceptron, 1
    #expect(network.parameterCount == 18 + 4 + 72 + 8 + 15 + 9 + 8 + 13 + 1)
  }

  @Test("restoring copies every tensor in place")
  func restoring() throws {
    let network = Network(seed: 1)
    let other = Network(seed: 2)
    other.position = Tensor([Int64(5)])
    let handle = network.stages[0].convolution.weight
    try restore(network.namedTensors(), from: other.state)
    for (name, tensor) in other.state { #expect(network.state[name]?.data == tensor.data, "\(name)") }
    #expect(handle.data == other.stages[0].convolution.weight.data)
    #expect(network.stages[0].convolution.weight.isChannelsLast)
    #expect(network.stages[0].convolution.weight.requiresGradient)
  }

  @Test("restoring names everything that is missing, unexpected or misshapen, and then changes nothing")
  func restoringFails() throws {
    let network = Network(seed: 1)
    let before = network.state.mapValues(\.data)
    var state = Network(seed: 2).state
    state["head.weight"] = nil
    state["scale"] = nil
    state["head.wieght"] = .zeros([3, 4])
    state["head.bias"] = .zeros([4])
    state["position"] = .zeros([1], dtype: .int32)
    state["output.bias"] = .zeros([1], dtype: .bfloat16)
    let error = #expect(throws: StateError.self) { try restore(network.namedTensors(), from: state) }
    #expect(error?.missing == ["head.weight", "scale"])
    #expect(error?.unexpected == ["head.wieght"])
    #expect(
      error?.mismatched.map { "\($0.name) \($0.found) \($0.expected)" } == [
        "head.bias float32[4] float32[3]", "output.bias bfloat16[1] float32[1]", "position int32[1] int64[1]",
      ])
    let text = error?.description ?? ""
    for line in [
      "missing: head.weight", "unexpected: head.wieght", "head.bias: found float32[4], expected float32[3]",
    ] {
      #expect(text.contains(line))
    }
    #expect(network.state.mapValues(\.data) == before)
  }

  @Test("a long list of problems is cut with their number")
  func longError() {
    let error = #expect(throws: StateError.self) { try restore(Network().namedTensors(), from: [:]) }
    #expect(error?.missing.count == 21)
    #expect(error?.description.hasSuffix("… and 10 more") == true)
  }

  @Test("training mode reaches every part, in lists and behind optionals")
  func training() {
    let network = Network()
    let flags = { network.stages.map(\.normalization.isTraining) }
    #expect(flags() == [true, true])
    network.setTraining(false)
    #expect(flags() == [false, false])
    network.setTraining(true)
    #expect(flags() == [true, true])
    let layer = BatchNormalization(2)
    layer.setTraining(false)
    #expect(!layer.isTraining)
  }

  @Test("frozen parameters keep their names and take no part in training")
  func freezing() {
    let network = Network()
    network.freeze()
    #expect(network.trainableParameters().isEmpty)
    #expect(network.parameterCount == 0)
    #expect(network.namedTensors().count == Network.names.count)
    #expect(!network.stages[1].convolution.weight.requiresGradient)
  }

  @Test("copied state equals its source and is independent of it")
  func copying() {
    let source = Network(seed: 3)
    let target = Network(seed: 4)
    source.stages[0].normalization.runningMean = Tensor([Float](arrayLiteral: 5, 6))
    target.copyState(from: source)
    for (name, tensor) in source.state { #expect(target.state[name]?.data == tensor.data, "\(name)") }
    withoutGradients { source.scale.add(1) }
    #expect(target.scale.item == 1)
    #expect(target.trainableParameters().count == target.namedParameters().count)
  }

  @Test("assigning to a parameter keeps its storage and its place in the graph")
  func assignment() {
    let layer = Linear(2, 1, using: Generator(seed: 1))
    let handle = layer.weight
    layer.weight = Tensor([Float](arrayLiteral: 3, 4), shape: [1, 2])
    #expect(handle.doubles == [3, 4])
    #expect(layer.weight.requiresGradient)
  }

  @Test("initial weights fill ± 1/√fan-in and depend on the generator only")
  func initialization() {
    let weights = (0..<2).map { _ in Linear(100, 400, using: Generator(seed: 8)).weight }
    #expect(weights[0].data == weights[1].data)
    #expect(weights[0].absolute().maximum().item <= 0.1)
    #expect(weights[0].absolute().maximum().item > 0.0999)
    // Variance of the uniform distribution: (1/100) / 3, to five standard errors over 40,000 draws.
    #expect(abs(weights[0].squared().mean().item * 300 - 1) < 5 * (0.8 / 40_000).squareRoot())
  }
}

@Suite("Layers")
struct LayerTests {
  @Test("batch normalisation standardises while training and moves its statistics by a tenth")
  func batchNormalization() {
    let layer = BatchNormalization(2)
    let x = Tensor.normal([64, 2, 3, 3], using: Generator(seed: 2)) * 3 + 5
    let y = layer(x)
    #expect(areClose(y.mean(along: 0, 2, 3).doubles, [0, 0], 1e-5))
    #expect(areClose(y.squared().mean(along: 0, 2, 3).doubles, [1, 1], 1e-4))
    let mean = x.mean(along: 0, 2, 3).doubles
    #expect(areClose(layer.runningMean.doubles, mean.map { 0.1 * $0 }, 1e-5))
    let count = 64.0 * 9
    let variance = (x - x.mean(along: 0, 2, 3, keepsDimensions: true)).squared().mean(along: 0, 2, 3).doubles
    let unbiased = variance.map { $0 * count / (count - 1) }
    #expect(areClose(layer.runningVariance.doubles, unbiased.map { 0.9 + 0.1 * $0 }, 1e-5))
    layer.setTraining(false)
    let before = layer.runningMean.data
    let z = layer(x.narrowed(along: 0, from: 0, count: 1))
    #expect(layer.runningMean.data == before)
    let expected = zip(layer.runningMean.doubles, layer.runningVariance.doubles).map { mean, variance in
      (x.narrowed(along: 0, from: 0, count: 1).doubles[0] - mean) / (variance + 1e-5).squareRoot()
    }
    #expect(areClose([z.doubles[0]], [expected[0]], 1e-5))
  }

  @Test("a convolution sums over its window, and its transpose is the adjoint")
  func convolution() {
    let generator = Generator(seed: 9)
    let shape = ConvolutionShape(inputs: 2, outputs: 3, kernel: 4, stride: 2, padding: 1)
    let layer = Convolution(shape, using: generator)
    let back = TransposedConvolution(
      ConvolutionShape(inputs: 3, outputs: 2, kernel: 4, stride: 2, padding: 1), using: generator)
    withoutGradients { back.weight.assign(layer.weight) }
    let x = Tensor.normal([2, 2, 8, 8], using: generator).channelsLast()
    let y = Tensor.normal([2, 3, 4, 4], using: generator).channelsLast()
    #expect(layer(x).shape == [2, 3, 4, 4])
    #expect(layer(x).isChannelsLast)
    #expect(back(y).shape == [2, 2, 8, 8])
    // ⟨Cx, y⟩ = ⟨x, Cᵀy⟩, to float32 rounding of sums of a hundred terms.
    #expect(areClose([(layer(x) * y).sum().item], [(x * back(y)).sum().item], 1e-5))
    let window = x.narrowed(along: 2, from: 1, count: 4).narrowed(along: 3, from: 1, count: 4)
      .selected(along: 0, at: 0)
    let expected = (window * layer.weight.selected(along: 0, at: 2)).sum().item
    let found = layer(x).selected(along: 0, at: 0).selected(along: 0, at: 2).selected(along: 0, at: 1)
      .selected(along: 0, at: 1).item
    #expect(areClose([found], [expected], 1e-5))
  }

  @Test("a perceptron has a ReLU between its layers and none after the last")
  func perceptron() {
    let network = MultilayerPerceptron([2, 2, 1], using: Generator(seed: 1))
    network.layers[0].weight = Tensor([Float](arrayLiteral: 1, 0, 0, 1), shape: [2, 2])
    network.layers[0].bias = Tensor([Float](arrayLiteral: 0, 0))
    network.layers[1].weight = Tensor([Float](arrayLiteral: 1, -2), shape: [1, 2])
    network.layers[1].bias = Tensor([Float](arrayLiteral: 0.5))
    let x = Tensor([Float](arrayLiteral: 1, -1, -1, 3), shape: [2, 2])
    #expect(network(x).doubles == [1.5, -5.5])
  }

  @Test("layers run under autocast in bfloat16 and give float32 gradients")
  func bfloat16() {
    let network = Network()
    let x = Tensor.normal([4, 1, 5, 5], using: Generator(seed: 6)).channelsLast()
    withAutocast(to: .bfloat16, on: .cpu) {
      let maps = network.stages.reduce(x) { $1.normalization($1.convolution($0)).relu() }
      let scores = network.head.map { $0(maps.mean(along: 2, 3)) }
      #expect(scores?.dtype == .bfloat16)
      scores?.to(dtype: .float32).squared().sum().backward()
    }
    for (name, parameter) in network.stages[0].namedParameters() {
      let gradient = parameter.wrappedValue.gradient
      #expect(gradient?.dtype == .float32, "\(name)")
      #expect(gradient?.isFinite.all().item == 1, "\(name)")
    }
  }
}
