import Testing
import Torch
import TorchNN

@Suite("Spectral normalisation")
struct SpectralNormalizationTests {
  private let fixtures: [String: Tensor]

  init() throws { fixtures = try Fixtures.tensors("controls") }

  private func fixture(_ name: String) throws -> Tensor { try #require(fixtures["spectral.\(name)"]) }

  /// Layer, its application, and the weight.
  private func layer(_ name: String) -> (any SpectrallyNormalizable, (Tensor) -> Tensor) {
    let generator = Generator(seed: 1)
    switch name {
    case "linear":
      let layer = Linear(6, 4, using: generator)
      return (layer, { layer($0) })
    case "convolution":
      let layer = Convolution(
        ConvolutionShape(inputs: 3, outputs: 4, kernel: 3, padding: 1), using: generator)
      return (layer, { layer($0) })
    default:
      let layer = TransposedConvolution(
        ConvolutionShape(inputs: 3, outputs: 2, kernel: 4, stride: 2, padding: 1), hasBias: true,
        using: generator)
      return (layer, { layer($0) })
    }
  }

  private func difference(_ found: Tensor, _ expected: Tensor) -> Double {
    (found - expected).squared().sum().item.squareRoot() / expected.squared().sum().item.squareRoot()
  }

  @Test(
    "outputs, gradients and vectors equal PyTorch's", arguments: ["linear", "convolution", "transposed"])
  func reference(_ name: String) throws {
    let (layer, apply) = layer(name)
    layer.normalizeSpectrally(using: Generator(seed: 2))
    for (key, tensor) in layer.state {
      let stored = try fixture("\(name).\(key.split(separator: ".").last ?? "")")
      withoutGradients { tensor.assign(stored.reshaped(to: tensor.shape)) }
    }
    let input = try fixture("\(name).input")
    let images = input.rank == 4 ? input.channelsLast() : input
    _ = apply(images)
    let output = apply(images)
    #expect(difference(output, try fixture("\(name).output")) < 1e-5)
    output.squared().sum().backward()
    let gradient = try #require(layer.weight.gradient)
    #expect(difference(gradient, try fixture("\(name).gradient")) < 1e-4)
    for vector in ["u", "v"] {
      let found = try #require(layer.state["spectral.\(vector)"]).reshaped(-1)
      #expect(difference(found, try fixture("\(name).\(vector).after")) < 1e-5)
    }
    layer.setTraining(false)
    let before = layer.state.mapValues(\.data)
    #expect(difference(apply(images), try fixture("\(name).evaluated")) < 1e-5)
    #expect(layer.state.mapValues(\.data) == before)
  }

  @Test("a weight comes to spectral norm one and keeps its layout")
  func norm() {
    let weight = (Tensor.normal([8, 6, 3, 3], using: Generator(seed: 4)) * 3).channelsLast()
    let normalization = SpectralNormalization(weight, using: Generator(seed: 5))
    for _ in 0..<200 { _ = normalization(weight) }
    let normalized = normalization(weight)
    #expect(normalized.isChannelsLast)
    let matrix = normalized.reshaped(8, -1)
    let largest = matrix.matmul(matrix.transposed()).symmetricEigenvalues().doubles.last ?? 0
    #expect(abs(largest - 1) < 1e-5)
  }

  @Test("the whole tree is normalised, once, and training mode and names reach it")
  func tree() {
    let network = Network()
    let plain = Set(network.state.keys)
    #expect(network.submodules().count == 12)
    network.normalizeSpectrally(using: Generator(seed: 3))
    let layers = network.submodules().compactMap { $0 as? any SpectrallyNormalizable }
    #expect(layers.count == 7)
    #expect(layers.allSatisfy { $0.spectral != nil })
    let added = Set(network.state.keys).subtracting(plain)
    #expect(added.count == 14)
    #expect(added.contains("stages.0.convolution.spectral.u"))
    #expect(network.trainableParameters().count == Network().trainableParameters().count)
    let first = network.head?.spectral
    network.normalizeSpectrally(using: Generator(seed: 4))
    #expect(network.head?.spectral === first)
    network.setTraining(false)
    #expect(layers.allSatisfy { $0.spectral?.isTraining == false })
  }

  @Test("two passes before one gradient, and autocast in bfloat16 with the norm in float32")
  func passes() {
    let layer = Linear(16, 8, using: Generator(seed: 1))
    layer.normalizeSpectrally(using: Generator(seed: 2))
    let x = Tensor.normal([4, 16], using: Generator(seed: 3))
    let exact = layer(x)
    let rounded = withAutocast(to: .bfloat16, on: .cpu) { layer(x) }
    #expect(rounded.dtype == .bfloat16)
    // bfloat16 has eight bits.
    #expect(difference(rounded.to(dtype: .float32), exact) < 0.01)
    (exact.squared().sum() + rounded.to(dtype: .float32).squared().sum()).backward()
    #expect(layer.weight.gradient?.isFinite.all().item == 1)
    #expect(layer.weight.gradient?.dtype == .float32)
    #expect(layer.state["spectral.u"]?.dtype == .float32)
  }

  @Test("a weight of zeros stays zero, gives finite gradients and can grow")
  func zeros() throws {
    let layer = Linear(3, 2, using: Generator(seed: 1))
    layer.weight = .zeros([2, 3])
    layer.normalizeSpectrally(using: Generator(seed: 2))
    let x = Tensor.normal([4, 3], using: Generator(seed: 3))
    let output = layer(x)
    #expect(difference(output, layer.bias.expanded(to: [4, 2])) == 0)
    output.sum().backward()
    #expect(layer.weight.gradient?.isFinite.all().item == 1)
    layer.weight = Tensor([Float](arrayLiteral: 2, 0, 0, 0, 1, 0), shape: [2, 3])
    for _ in 0..<50 { _ = layer(x) }
    layer.setTraining(false)
    let spectral = try #require(layer.spectral)
    let scaled = spectral(layer.weight)
    #expect(areClose(scaled.doubles, [1, 0, 0, 0, 0.5, 0], 1e-5))
  }
}
