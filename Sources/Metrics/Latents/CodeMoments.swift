import MoCAProtocols

/// Mean and covariance of codes in `float64`.
struct CodeMoments {
  /// Codes less their mean, `[count, latentSize]`.
  let centred: Tensor
  /// Their mean outer product (divided by the count), `[latentSize, latentSize]`.
  let covariance: Tensor

  init(_ codes: Tensor) {
    let points = codes.to(dtype: .float64)
    centred = points - points.mean(along: 0, keepsDimensions: true)
    covariance = centred.transposed().matmul(centred) / Double(codes.shape[0])
  }

  /// Codes with mean zero and unit covariance, `[count, rank]`; directions in which they do not vary are left out.
  var whitened: Tensor {
    let (values, vectors) = covariance.symmetricEigensystem()
    let floor = max(values.maximum().item * 1e-10, 1e-300)
    let inverses = values.clamped(min: floor).reciprocalSquareRoot()
      .filled(where: values.isLess(than: floor), with: 0)
    return centred.matmul(vectors * inverses.expandingDimension(at: 0))
  }
}
