import MoCAProtocols
import Runner
import Testing

@Suite("Pictures")
struct ImageGridTests {
  @Test("pixels are written as they are: no image is stretched to its own range, and no channel is repeated")
  func asTheyAre() {
    // One flat red of 0.25 and one flat blue of 0.5: [image, channel, height, width].
    let values: [Float] = [
      0.25, 0.25, 0, 0, 0, 0,  //
      0, 0, 0, 0, 0.5, 0.5,
    ]
    let bytes = ImageGrid.bytes(of: Tensor(values, shape: [2, 3, 1, 2]))
    #expect(bytes == [64, 0, 0, 64, 0, 0, 0, 0, 128, 0, 0, 128])
  }

  @Test("values outside of [0, 1] are cut, others rounded to the nearest byte")
  func rounding() {
    let values: [Float] = [-0.5, 0.4 / 255, 0.6 / 255, 254.6 / 255, 1.5]
    #expect(ImageGrid.bytes(of: Tensor(values, shape: [1, 1, 1, 5])) == [0, 0, 1, 255, 255])
  }
}
