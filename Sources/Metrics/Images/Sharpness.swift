import MoCAProtocols

/// How sharp images are: the variance of the Laplacian of the luma, averaged over images.
///
/// Tolstikhin et al., "Wasserstein auto-encoders", ICLR 2018 (after Pech-Pacheco et al., ICPR 2000): the luma, 0.299
/// red + 0.587 green + 0.114 blue, in [0, 1], is filtered by [0 1 0; 1 −4 1; 0 1 0] inside the image only; the
/// variance (divisor: pixels) of the result is taken per image, then the mean. Values in [−1, 1], as in the authors'
/// code for faces, give four times as much. More is sharper, and noise is sharpest: the value of the reference set
/// stands beside it as the target, not as a bound.
///
/// - Parameter images: `[n, 1 or 3, h, w]`, 8-bit values (`uint8`) or floats in [0, 1].
/// - Throws: ``ImageScoreError`` where there is no image or images are below 3 × 3 pixels.
public func sharpness(_ images: Tensor) throws -> Double {
  guard images.rank == 4, [1, 3].contains(images.shape[1]) else {
    fatalError("images must have the shape [n, 1 or 3, h, w], found \(images.shape)")
  }
  let (count, height, width) = (images.shape[0], images.shape[2], images.shape[3])
  if count == 0 {
    throw ImageScoreError.tooFew(
      score: "sharpness", found: 0, needed: 1, reason: "the set is empty", remedy: "give it images")
  }
  if height < 3 || width < 3 { throw ImageScoreError.imagesTooSmall(height: height, width: width) }
  return withoutGradients {
    images.blocks(ofRows: 256).reduce(0.0) { sum, some in
      sum + laplacianVariances(of: luma(of: some)).sum().item
    } / Double(count)
  }
}

/// `[n, 1 or 3, h, w] → [n, h, w]` in `float64`, 8-bit values divided by 255.
private func luma(of images: Tensor) -> Tensor {
  let values = images.to(dtype: .float64) * (images.dtype == .uint8 ? 1.0 / 255 : 1)
  if images.shape[1] == 1 { return values.selected(along: 1, at: 0) }
  let weights = [0.299, 0.587, 0.114]
  return weights.indices.map { values.selected(along: 1, at: $0) * weights[$0] }.reduce(
    Tensor.scalar(0, dtype: .float64, on: images.device), +)
}

/// `[n, h, w] → [n]`.
private func laplacianVariances(of luma: Tensor) -> Tensor {
  let (height, width) = (luma.shape[1] - 2, luma.shape[2] - 2)
  func shifted(_ down: Int, _ right: Int) -> Tensor {
    luma.narrowed(along: 1, from: down, count: height).narrowed(along: 2, from: right, count: width)
  }
  let laplacian = shifted(0, 1) + shifted(2, 1) + shifted(1, 0) + shifted(1, 2) - 4 * shifted(1, 1)
  let centred = laplacian - laplacian.mean(along: 1, 2, keepsDimensions: true)
  return centred.squared().mean(along: 1, 2)
}
