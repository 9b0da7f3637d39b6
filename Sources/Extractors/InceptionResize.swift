import MoCAProtocols

/// How images reach the 299 × 299 pixels and the range of the Inception network. The choice moves a FID by whole
/// points: scores of different choices do not belong in one column.
public enum InceptionResize: String, SettingValue, CaseIterable {
  /// The 2015 graph's own: bilinear between the pixels at ⌊i·in/299⌋ and the next, then (x − 128) / 128; what the FID
  /// was defined with, and what torch-fidelity 0.4.0 does.
  case legacyTensorFlow = "legacy-tensorflow"
  /// pytorch-fid 0.3.0's: bilinear between pixel centres, no antialiasing, on x / 255, then 2x − 1.
  case legacyPyTorch = "legacy-pytorch"
  /// clean-fid 0.1.35's: Pillow's antialiased bicubic filter on floats, clipped to 0…255, then (x − 128) / 128.
  case clean

  /// The size that the network sees.
  static let side = 299

  /// The choice in words, for a metric card.
  var description: String {
    switch self {
    case .legacyTensorFlow: "bilinear to 299×299 from source i·in/299 (TensorFlow 1), (x − 128)/128"
    case .legacyPyTorch: "bilinear to 299×299, pixel centres, no antialiasing, 2x/255 − 1"
    case .clean: "Pillow's antialiased bicubic to 299×299 on floats, clipped, (x − 128)/128"
    }
  }

  /// `[batch, channels, h, w]` of values from 0 to 255 → 299 × 299 in the range of the network, in `float32`.
  func prepared(_ images: Tensor) -> Tensor {
    switch self {
    case .legacyPyTorch:
      let unit = images.to(dtype: .float32).channelsLast() / 255
      return unit.resized(height: Self.side, width: Self.side, filter: .bilinear, isAntialiased: false) * 2
        - 1
    case .legacyTensorFlow, .clean: return (resized(images) - 128) / 128
    }
  }

  /// `[batch, channels, h, w]` of values from 0 to 255 → the same range at 299 × 299 in `float32`.
  public func resized(_ images: Tensor) -> Tensor {
    switch self {
    case .legacyTensorFlow:
      let (down, across) = (Self.interpolation(images.shape[2]), Self.interpolation(images.shape[3]))
      let wide = images.to(dtype: .float64).matmul(across.transposed().to(on: images.device))
      return down.to(on: images.device).matmul(wide).to(dtype: .float32)
    case .legacyPyTorch:
      return images.to(dtype: .float32)
        .resized(height: Self.side, width: Self.side, filter: .bilinear, isAntialiased: false)
    case .clean:
      return ImageResampling(.bicubic)(images, height: Self.side, width: Self.side)
        .clamped(min: 0).clamped(max: 255)
    }
  }

  /// The weights of TensorFlow 1's bilinear filter, `[299, inputs]`. Positions are rounded to `float32` as there.
  private static func interpolation(_ inputs: Int) -> Tensor {
    let scale = Float(Double(inputs) / Double(side))
    var weights = [Double](repeating: 0, count: side * inputs)
    for output in 0..<side {
      let position = Float(output) * scale
      let lower = min(Int(position), inputs - 1)
      let share = Double(position - Float(lower))
      weights[output * inputs + lower] += 1 - share
      weights[output * inputs + min(lower + 1, inputs - 1)] += share
    }
    return Tensor(weights, shape: [side, inputs])
  }
}
