import Extractors
import MoCAProtocols
import Testing

@Suite("Resizing for feature extractors")
struct ResizeTests {
  private static let names = ["32x32", "500x375", "grey", "299x299", "17x640"]

  @Test("the clean resize gives the 8-bit pixels of clean-fid", arguments: names)
  func clean(name: String) throws {
    let expected = try #require(InceptionFixture.values().resizes[name])
    let found = InceptionResize.clean.resized(InceptionFixture.noise(expected.shape))
    #expect(found.shape == Array(expected.shape.prefix(2)) + [299, 299])
    #expect(InceptionFixture.checksum(found.rounded()) == expected.clean)
  }

  @Test("TensorFlow's resize gives the pixels of torch-fidelity", arguments: names)
  func tensorFlow(name: String) throws {
    let shape = try #require(InceptionFixture.values().resizes[name]).shape
    let found = InceptionResize.legacyTensorFlow.resized(InceptionFixture.noise(shape))
    let expected = try #require(InceptionFixture.tensors()["resize.\(name).tensorflow"])
    #expect((InceptionFixture.sampled(found) - expected).absolute().maximum().item < 1e-4)
  }

  @Test("resizing of bytes is Pillow's where it takes the rows first", arguments: names.dropLast())
  func pillow(name: String) throws {
    let expected = try #require(InceptionFixture.values().resizes[name])
    let images = InceptionFixture.noise(expected.shape)
    let bicubic = ImageResampling(.bicubic, on: .bytes)(images, height: 224, width: 224)
    #expect(InceptionFixture.checksum(bicubic) == expected.bicubic)
    let bilinear = ImageResampling(.bilinear, on: .bytes)(images, height: 40, width: 70)
    #expect(InceptionFixture.checksum(bilinear) == expected.bilinear)
  }

  @Test("a constant image stays constant", arguments: InceptionResize.allCases)
  func constant(resize: InceptionResize) {
    let found = resize.resized(.full([1, 1, 5, 700], 255, dtype: .uint8))
    #expect((found - 255).absolute().maximum().item < 1e-4)
  }

  @Test("images of one pixel and of the network's size pass", arguments: InceptionResize.allCases)
  func extremes(resize: InceptionResize) {
    let pixel = resize.resized(.full([2, 3, 1, 1], 7, dtype: .uint8))
    #expect(pixel.shape == [2, 3, 299, 299])
    #expect((pixel - 7).absolute().maximum().item < 1e-4)
    let whole = InceptionFixture.noise([1, 3, 299, 299])
    #expect((resize.resized(whole) - whole.to(dtype: .float32)).absolute().maximum().item < 1e-4)
  }
}
