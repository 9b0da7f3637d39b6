import Testing
import Torch

@Suite("Differentiation")
struct AutogradTests {
  private struct Interruption: Error {}

  @Test("backward adds to the gradients of the leaves", arguments: floatingTypes)
  func backward(_ dtype: DType) {
    let x = leaf([1, 2, 3], dtype: dtype)
    #expect(x.gradient == nil)
    (x * x).sum().backward()
    #expect(x.gradient?.doubles == [2, 4, 6])
    (x * 2).sum().backward()
    #expect(x.gradient?.doubles == [4, 6, 8])
    x.clearGradient()
    #expect(x.gradient == nil)
  }

  @Test("gradients are zero where nothing depends on an input, and can be differentiated again")
  func gradients() {
    let x = leaf([2])
    let unused = leaf([5, 6])
    let slopes = x.power(3).sum().gradients(withRespectTo: [x, unused], createsGraph: true)
    #expect(slopes[0].doubles == [12])
    #expect(slopes[1].doubles == [0, 0])
    let second = slopes[0].sum().gradients(withRespectTo: [x])
    #expect(second[0].doubles == [12])
    #expect(x.gradient == nil)
  }

  @Test("a graph that is kept can be used twice")
  func retainedGraph() {
    let x = leaf([3])
    let y = x.exp().sum()
    let first = y.gradients(withRespectTo: [x], retainsGraph: true)[0].item
    #expect(y.gradients(withRespectTo: [x])[0].item == first)
  }

  @Test("without gradients nothing is recorded, nested or not, and the mode comes back after an error")
  func withoutGradientsScope() {
    let x = leaf([1, 2])
    withoutGradients {
      #expect(!(x * 2).requiresGradient)
      withoutGradients { #expect(!(x * 2).requiresGradient) }
      #expect(!(x * 2).requiresGradient)
    }
    #expect((x * 2).requiresGradient)
    #expect(throws: Interruption.self) { try withoutGradients { throw Interruption() } }
    #expect((x * 2).requiresGradient)
    #expect(withoutGradients { 7 } == 7)
  }

  @Test("detached values carry no gradient and share their storage")
  func detached() {
    let x = leaf([1, 2])
    let y = x.detached()
    #expect(!y.requiresGradient)
    withoutGradients { x.add(1) }
    #expect(y.doubles == [2, 3])
  }

  @Test(
    "autocast changes the type of matrix products and convolutions, and of nothing else",
    arguments: [DType.bfloat16, .float16])
  func autocast(_ dtype: DType) {
    let x = Tensor.ones([4, 4])
    withAutocast(to: dtype, on: .cpu) {
      #expect(x.matmul(x).dtype == dtype)
      #expect(x.linear(weight: x, bias: nil).dtype == dtype)
      let (image, kernel) = (Tensor.ones([1, 2, 4, 4]).channelsLast(), Tensor.ones([2, 2, 3, 3]))
      #expect(image.convolved(weight: kernel, bias: nil, stride: 1, padding: 1).dtype == dtype)
      #expect(image.transposeConvolved(weight: kernel, bias: nil, stride: 1, padding: 1).dtype == dtype)
      #expect(
        image.to(dtype: dtype).transposeConvolved(weight: kernel, bias: .ones([2]), stride: 2, padding: 1)
          .dtype == dtype)
      #expect((x + x).dtype == .float32)
      #expect((x * 2).dtype == .float32)
      #expect(x.exp().sum().dtype == .float32)
    }
    #expect(x.matmul(x).dtype == .float32)
    withAutocast(to: .float32, on: .cpu) { #expect(x.matmul(x).dtype == .float32) }
  }

  @Test("autocast ends with its closure, also by an error, and gradients keep the leaves' type")
  func autocastEnds() {
    let x = leaf([1, 2, 3, 4], shape: [2, 2])
    #expect(throws: Interruption.self) {
      try withAutocast(to: .bfloat16, on: .cpu) {
        x.matmul(x).sum().backward()
        throw Interruption()
      }
    }
    #expect(x.matmul(x).dtype == .float32)
    #expect(x.gradient?.dtype == .float32)
    // ∂ sum(XX) / ∂X at [[1, 2], [3, 4]]: row sums plus column sums, exact in bfloat16.
    #expect(x.gradient?.doubles == [7, 11, 9, 13])
  }

  @Test("scaling the gradient leaves the value", arguments: floatingTypes)
  func scalingGradient(_ dtype: DType) {
    let x = leaf([1, -2, 4], dtype: dtype)
    let y = x.scalingGradient(by: 2)
    #expect(y.doubles == [1, -2, 4])
    (y * y).sum().backward()
    #expect(x.gradient?.doubles == [4, -8, 16])
    x.clearGradient()
    x.scalingGradient(by: 1).sum().backward()
    #expect(x.gradient?.doubles == [1, 1, 1])
  }

  @Test("no tensor stays alive after a block of work")
  func liveCount() async {
    await #expect(processExitsWith: .success) {
      func work() {
        let generator = Generator(seed: 1)
        let weight = Tensor.normal([16, 16], using: generator)
        weight.setRequiresGradient(true)
        for _ in 0..<20 {
          let x = Tensor.normal([8, 16], using: generator)
          var h = x
          for _ in 0..<3 { h = h.matmul(weight).relu() }
          h.sorted(along: 1).squared().mean().backward()
          withoutGradients { if let slope = weight.gradient { weight.add(slope, scale: -0.01) } }
          weight.clearGradient()
          _ = weight.orthonormalized()
        }
      }
      work()
      let before = Tensor.liveCount
      work()
      #expect(Tensor.liveCount == before)
      #expect(before == 0)
    }
  }

  @Test("scaling a gradient leaves every bit of the value alone", arguments: [2.0, 257, 0.1])
  func scalingLeavesTheValue(_ factor: Double) {
    let point = Tensor.normal([64], using: Generator(seed: 0))
    point.setRequiresGradient(true)
    let scaled = point.scalingGradient(by: factor)
    #expect(scaled.data == point.data)
    let gradient = scaled.sum().gradients(withRespectTo: [point])[0]
    #expect(gradient.data == Tensor.full([64], factor).data)
  }
}
