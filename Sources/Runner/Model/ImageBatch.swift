import Datasets
import MoCAProtocols

/// Turns packed bytes into batches of images on a device.
package struct ImageBatch {
  let shape: ImageShape
  let device: Device

  package init(shape: ImageShape, device: Device) {
    self.shape = shape
    self.device = device
  }

  /// NHWC bytes → `[batch, channels, height, width]` in [0, 1], channels-last without a copy.
  package func tensor(_ bytes: [UInt8]) -> Tensor {
    let count = bytes.count / shape.valueCount
    let packed = Tensor(bytes, shape: [count, shape.height, shape.width, shape.channels]).to(on: device)
    return (packed.to(dtype: .float32) / 255).permuted(0, 3, 1, 2)
  }
}
