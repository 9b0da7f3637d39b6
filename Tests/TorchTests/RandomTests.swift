import Testing
import Torch

@Suite("Random streams")
struct RandomTests {
  @Test("the seed decides every draw", arguments: [DType.float32, .float64, .bfloat16])
  func determinism(_ dtype: DType) {
    let draw = { (seed: UInt64) in
      let generator = Generator(seed: seed)
      return Tensor.normal([33], dtype: dtype, using: generator).data
        + Tensor.uniform([5, 3], dtype: dtype, using: generator).data
    }
    #expect(draw(7) == draw(7))
    #expect(draw(7) != draw(8))
    #expect(draw(.max) == draw(.max))
  }

  @Test("a stored state continues the stream with the same bits")
  func state() throws {
    let generator = Generator(seed: 3)
    _ = Tensor.normal([7], using: generator)
    let state = generator.state.copy()
    let expected = Tensor.normal([100], using: generator).floats
    let other = Generator(seed: 99)
    try other.restore(state)
    #expect(Tensor.normal([100], using: other).floats == expected)
    #expect(state.dtype == .uint8)
    #expect(state.rank == 1)
  }

  @Test("bytes that are no state are an error and leave the stream usable")
  func wrongState() {
    let generator = Generator(seed: 3)
    #expect(throws: TorchError.self) { try generator.restore(.zeros([5], dtype: .uint8)) }
    #expect(throws: TorchError.self) { try generator.restore(.zeros([5000], dtype: .float32)) }
    #expect(Tensor.normal([2], using: generator).shape == [2])
  }

  @Test("draws have the moments of their distribution")
  func moments() {
    let generator = Generator(seed: 11)
    let count = 200_000
    let normal = Tensor.normal([count], dtype: .float64, using: generator)
    let uniform = Tensor.uniform([count], dtype: .float64, using: generator)
    let root = Double(count).squareRoot()
    // Five standard errors: of a mean 1/√n, of a second moment √2/√n, of a uniform mean 1/√(12 n).
    #expect(abs(normal.mean().item) < 5 / root)
    #expect(abs(normal.squared().mean().item - 1) < 5 * 2.0.squareRoot() / root)
    #expect(abs(uniform.mean().item - 0.5) < 5 / (12.0.squareRoot() * root))
    #expect(uniform.minimum().item >= 0)
    #expect(uniform.maximum().item < 1)
  }
}

@Suite("The library as a whole")
struct RuntimeTests {
  @Test("the library is the one that the program was built for")
  func version() throws {
    #expect(Runtime.version.hasPrefix("2."))
    #expect(throws: Never.self) { try Runtime.verify() }
    #expect(Runtime.threadCount >= 1)
  }

  @Test("devices are found by name")
  func devices() throws {
    #expect(try Runtime.device(named: "cpu") == .cpu)
    let hasCUDA = Runtime.cudaDeviceCount > 0
    #expect(try Runtime.device(named: "auto") == (hasCUDA ? .cuda : .cpu))
    #expect(Device.cuda(1).description == "cuda:1")
    #expect(Device.cpu.description == "cpu")
    if hasCUDA { #expect(try Runtime.device(named: "cuda") == .cuda(0)) }
  }

  @Test("a device that does not exist says so", arguments: ["cuda:99", "cuda:-1"])
  func missingDevice(_ name: String) {
    let error = #expect(throws: TorchError.self) { try Runtime.device(named: name) }
    #expect(error?.description.hasPrefix("the device \(name) is not available: ") == true)
  }

  @Test(
    "a name that is no device lists the names",
    arguments: ["gpu", "", "cuda:", "cuda:x", "cpu:0", "cuda:0:1"])
  func unknownDevice(_ name: String) {
    let error = #expect(throws: TorchError.self) { try Runtime.device(named: name) }
    #expect(error?.description == "unknown device \"\(name)\" (available: auto, cpu, cuda, cuda:N)")
  }
}

@Suite("Resizing")
struct ResizeTests {
  @Test(
    "the antialiased 8-bit kernels are Pillow's up to the rounding of their weights",
    arguments: [ResizeFilter.bilinear, .bicubic], [32, 64])
  func pillow(_ filter: ResizeFilter, _ size: Int) throws {
    let fixtures = try Fixtures.tensors("resize")
    let crop = try #require(fixtures["crop"])
    let expected = try #require(fixtures["\(filter.rawValue).\(size)"])
    let images = crop.expandingDimension(at: 0).permuted(0, 3, 1, 2)
    let resized = images.resized(height: size, width: size, filter: filter)
    #expect(resized.dtype == .uint8)
    #expect(resized.shape == [1, 3, size, size])
    let found = resized.permuted(0, 2, 3, 1).selected(along: 0, at: 0)
    let gaps = zip(found.ints, expected.ints).map { abs($0 - $1) }
    // libtorch's weights have 16 bits, Pillow's 22: a few values differ by one, rarely by two.
    #expect(gaps.allSatisfy { $0 <= 2 })
    let equalShare = Double(gaps.filter { $0 == 0 }.count) / Double(gaps.count)
    #expect(equalShare >= 0.98)
  }
}
