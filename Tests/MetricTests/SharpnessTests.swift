import Metrics
import MoCAProtocols
import Testing

@Suite("Sharpness")
struct SharpnessTests {
  @Test("equals the variance of SciPy's convolution, in colour and in grey")
  func package() throws {
    let expected = try ImageScoreFixtures.read().sharpness
    let images = try ImageScoreFixtures.tensor("images")
    #expect(relativeError(try sharpness(images), expected.colour) < 1e-12)
    let grey = images.narrowed(along: 1, from: 0, count: 1)
    #expect(relativeError(try sharpness(grey), expected.grey) < 1e-12)
    // Floats in [0, 1] are taken as they are.
    #expect(relativeError(try sharpness(grey.to(dtype: .float32) / 255), expected.grey) < 1e-6)
  }

  @Test("constant images and ramps have none")
  func smooth() throws {
    #expect(try sharpness(Tensor.full([3, 3, 8, 8], 200, dtype: .uint8)) == 0)
    let ramp = Tensor((0..<64).map { UInt8($0) }, shape: [1, 1, 8, 8])
    #expect(try sharpness(ramp) < 1e-28)
  }

  @Test("more images than a piece give the mean over all")
  func pieces() throws {
    let image = Tensor((0..<25).map { UInt8($0 * 7 % 11 * 20) }, shape: [1, 1, 5, 5])
    let flat = Tensor.zeros([1, 1, 5, 5], dtype: .uint8)
    let many = Tensor.concatenated([image.expanded(to: [150, 1, 5, 5]), flat.expanded(to: [150, 1, 5, 5])])
    #expect(relativeError(try sharpness(many), try sharpness(image) / 2) < 1e-12)
  }

  @Test("no images and images below the filter are refused")
  func refused() {
    #expect(throws: ImageScoreError.imagesTooSmall(height: 2, width: 5)) {
      try sharpness(Tensor.zeros([4, 1, 2, 5], dtype: .uint8))
    }
    #expect(complaint { _ = try sharpness(Tensor.zeros([0, 1, 5, 5], dtype: .uint8)) }.contains("found 0"))
  }
}
