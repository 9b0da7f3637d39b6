import Testing
import Torch

@Suite("Tensors")
struct TensorTests {
  @Test("values that every type holds survive the way there and back", arguments: DType.allCases)
  func roundTrip(_ dtype: DType) {
    let values = dtype == .bool ? [0.0, 1, 1, 0, 1, 0] : [0.0, 1, 2, 64, 127, 128]
    let tensor = Tensor(values, shape: [2, 3]).to(dtype: dtype)
    #expect(tensor.dtype == dtype)
    #expect(tensor.shape == [2, 3])
    #expect(tensor.rank == 2)
    #expect(tensor.elementCount == 6)
    #expect(tensor.device == .cpu)
    #expect(tensor.doubles == values)
    #expect(tensor.data.count == 6 * dtype.byteCount)
    let again = tensor.data.withUnsafeBytes { Tensor(bytes: $0, shape: [2, 3], dtype: dtype) }
    #expect(again.doubles == values)
    #expect(tensor.description == "Tensor(\(dtype), [2, 3], cpu)")
  }

  @Test("every Swift element type keeps its bits")
  func elementTypes() {
    #expect(Tensor([Float](arrayLiteral: 0.1, -3e38)).floats == [0.1, -3e38])
    #expect(Tensor([0.1, -1e300]).doubles == [0.1, -1e300])
    #expect(Tensor([Int64.min, Int64.max]).values(as: Int64.self) == [.min, .max])
    #expect(Tensor([Int32.min, Int32.max]).values(as: Int32.self) == [.min, .max])
    #expect(Tensor([UInt8](0...255)).values(as: UInt8.self) == [UInt8](0...255))
    #expect(Tensor([true, false]).values(as: Bool.self) == [true, false])
  }

  @Test("factories fill in every type", arguments: DType.allCases)
  func factories(_ dtype: DType) {
    #expect(Tensor.zeros([2, 2], dtype: dtype).doubles == [0, 0, 0, 0])
    #expect(Tensor.ones([3], dtype: dtype).doubles == [1, 1, 1])
    #expect(Tensor.scalar(1, dtype: dtype).shape == [])
    #expect(Tensor.scalar(1, dtype: dtype).item == 1)
    #expect(Tensor.identity(2, dtype: dtype).doubles == [1, 0, 0, 1])
    if dtype != .bool {
      #expect(Tensor.full([2], 7, dtype: dtype).doubles == [7, 7])
      #expect(Tensor.range(4, dtype: dtype).doubles == [0, 1, 2, 3])
    }
  }

  @Test("bfloat16 and float16 round to nearest")
  func halfPrecision() {
    // 1 + 2⁻⁸ lies between two bfloat16 values and goes to the even one; 1 + 2⁻¹⁰ is exact in float16.
    let values: [Float] = [1 + 1.0 / 256, 1 + 3.0 / 256, 1 + 1.0 / 1024]
    #expect(Tensor(values).to(dtype: .bfloat16).doubles == [1, 1 + 4.0 / 256, 1])
    #expect(Tensor(values).to(dtype: .float16).doubles == values.map(Double.init))
  }

  @Test("an empty tensor has a shape and no values", arguments: DType.allCases)
  func empty(_ dtype: DType) {
    let tensor = Tensor.zeros([0, 4], dtype: dtype)
    #expect(tensor.doubles.isEmpty)
    #expect(tensor.data.isEmpty)
    #expect(tensor.data.withUnsafeBytes { Tensor(bytes: $0, shape: [0, 4], dtype: dtype) }.shape == [0, 4])
  }

  @Test("arithmetic reads as it is written", arguments: floatingTypes)
  func arithmetic(_ dtype: DType) {
    let a = Tensor([1.0, 2, 4]).to(dtype: dtype)
    let b = Tensor([2.0, 2, 8]).to(dtype: dtype)
    #expect((a + b).doubles == [3, 4, 12])
    #expect((a - b).doubles == [-1, 0, -4])
    #expect((a * b).doubles == [2, 4, 32])
    #expect((a / b).doubles == [0.5, 1, 0.5])
    #expect((2 - a).doubles == [1, 0, -2])
    #expect((4 / a).doubles == [4, 2, 1])
    #expect((-a).doubles == [-1, -2, -4])
    #expect((a * 0.5 + 1).doubles == [1.5, 2, 3])
    #expect(a.squared().sum().item == 21)
    #expect(a.isLess(than: b).doubles == [1, 0, 1])
    #expect((a + b).dtype == dtype)
  }

  @Test("reductions name their dimensions")
  func reductions() {
    let x = Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(x.sum(along: 0).doubles == [5, 7, 9])
    #expect(x.mean(along: 1, keepsDimensions: true).shape == [2, 1])
    #expect(x.mean(along: 0, 1).item == 3.5)
    #expect(x.maximum(along: 1).doubles == [3, 6])
    #expect(x.minimum().item == 1)
    #expect(x.median().item == 3)
    #expect(x.argumentOfMaximum(along: 1).ints == [2, 2])
    #expect(x.cumulativeSum(along: 1).doubles == [1, 3, 6, 4, 9, 15])
    #expect(areClose(x.normalized(along: 1).norm(along: 1).doubles, [1, 1], 1e-12))
    #expect(Tensor.zeros([2, 3]).normalized(along: 1).doubles == [0, 0, 0, 0, 0, 0])
  }

  @Test("shapes change without changing elements")
  func shapes() {
    let x = Tensor((0..<24).map(Double.init), shape: [2, 3, 4])
    #expect(x.flattened(from: 1).shape == [2, 12])
    #expect(x.permuted(2, 0, 1).shape == [4, 2, 3])
    #expect(x.transposed().selected(along: 0, at: 1).selected(along: 0, at: 0).doubles == [12, 16, 20])
    #expect(x.narrowed(along: 2, from: 1, count: 2).selected(along: 0, at: 0).doubles == [1, 2, 5, 6, 9, 10])
    #expect(x.gathered(along: 1, at: Tensor([Int64(2), 0])).shape == [2, 2, 4])
    #expect(Tensor.concatenated([x, x], along: 1).shape == [2, 6, 4])
    #expect(Tensor.stacked([x, x]).shape == [2, 2, 3, 4])
    #expect(Tensor([3.0, 1, 2]).sorted(along: 0).doubles == [1, 2, 3])
    #expect(Tensor([3.0, 1, 2]).flipped(along: 0).doubles == [2, 1, 3])
  }

  @Test("channels-last changes the layout and not the values", arguments: floatingTypes)
  func channelsLast(_ dtype: DType) {
    let x = Tensor((0..<48).map(Double.init), shape: [2, 3, 4, 2]).to(dtype: dtype)
    let y = x.channelsLast()
    #expect(!x.isChannelsLast)
    #expect(y.isChannelsLast)
    #expect(y.doubles == x.doubles)
    #expect(y.data == x.data)
    let pixels = Tensor((0..<48).map { UInt8($0) }, shape: [2, 4, 2, 3])
    let images = pixels.to(dtype: dtype).permuted(0, 3, 1, 2)
    #expect(images.shape == [2, 3, 4, 2])
    #expect(images.isChannelsLast)
    #expect((images / 255).isChannelsLast)
  }

  @Test("squared distances equal the sum over coordinates")
  func squaredDistances() {
    let generator = Generator(seed: 4)
    let x = Tensor.normal([5, 7], using: generator)
    let y = Tensor.normal([6, 7], using: generator)
    let expected = (x.expandingDimension(at: 1) - y.expandingDimension(at: 0)).squared().sum(along: 2)
    // One matrix product in float32: a few units of 2⁻²⁴ of |x|² + |y|².
    #expect(areClose(x.squaredDistances(to: y).doubles, expected.doubles, 1e-5))
  }
}

@Suite("A programmer's mistake stops the program with the operation, the shapes and libtorch's text")
struct TrapTests {
  @Test("a matrix product of unfitting shapes")
  func matmul() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).matmul(.zeros([4, 5], dtype: .float32))
    }
    let text = errorText(result)
    #expect(text.contains("matmul(float32[2, 3], float32[4, 5])"))
    #expect(text.contains("cannot be multiplied"))
  }

  @Test("a slice behind the end")
  func narrowed() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3], dtype: .bfloat16).narrowed(along: 0, from: 1, count: 2)
    }
    #expect(errorText(result).contains("narrowed(bfloat16[2, 3])"))
  }

  @Test("element types that do not go together")
  func types() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).matmul(.zeros([3, 2], dtype: .float64))
    }
    #expect(errorText(result).contains("matmul(float32[2, 3], float64[3, 2])"))
  }

  @Test("values that do not fill the shape")
  func count() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor([1.0, 2, 3], shape: [2, 2])
    }
    #expect(errorText(result).contains("3 values do not fill the shape [2, 2]"))
  }

  @Test("a derivative of something that is not a scalar")
  func backward() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Tensor.zeros([2])
      x.setRequiresGradient(true)
      (x * 2).backward()
    }
    #expect(errorText(result).contains("backward(float32[2])"))
  }
}
