import CTorch

/// Filters of ``Tensor/resized(height:width:filter:isAntialiased:)``.
public enum ResizeFilter: String, Sendable {
  case bilinear, bicubic
}

extension Tensor {
  /// x Wᵀ + b. `[…, inputs] → […, outputs]` with a weight of `[outputs, inputs]`.
  public func linear(weight: Tensor, bias: Tensor?) -> Tensor {
    tensor("linear", [self, weight]) { ct_linear($0, raw, weight.raw, bias?.raw) }
  }

  /// Two-dimensional convolution. `[batch, inputs, h, w]` with a weight of `[outputs, inputs, k, k]`.
  public func convolved(weight: Tensor, bias: Tensor?, stride: Int, padding: Int) -> Tensor {
    convolved(weight: weight, bias: bias, stride: stride, padding: (padding, padding))
  }

  /// Two-dimensional convolution with a padding of its own for rows and columns, as windows that are not square need.
  public func convolved(
    weight: Tensor, bias: Tensor?, stride: Int, padding: (height: Int, width: Int)
  ) -> Tensor {
    tensor("convolved", [self, weight]) {
      ct_convolution(
        $0, raw, weight.raw, bias?.raw, Int64(stride), Int64(padding.height), Int64(padding.width), false)
    }
  }

  /// Transposed convolution. `[batch, inputs, h, w]` with a weight of `[inputs, outputs, k, k]`.
  public func transposeConvolved(weight: Tensor, bias: Tensor?, stride: Int, padding: Int) -> Tensor {
    tensor("transposeConvolved", [self, weight]) {
      ct_convolution($0, raw, weight.raw, bias?.raw, Int64(stride), Int64(padding), Int64(padding), true)
    }
  }

  /// Normalised by the batch's statistics while training (which also moves the running ones), else by the
  /// running ones. With `isRectified`, negative results become zero in the same storage, which spares a pass over
  /// memory.
  public func batchNormalized(
    weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor, isTraining: Bool,
    momentum: Double, epsilon: Double, isRectified: Bool = false
  ) -> Tensor {
    tensor("batchNormalized", [self, weight]) {
      ct_batch_norm(
        $0, raw, weight.raw, bias.raw, runningMean.raw, runningVariance.raw, isTraining, momentum, epsilon,
        isRectified)
    }
  }

  /// Normalised over the last dimensions, those of `weight`.
  public func layerNormalized(weight: Tensor, bias: Tensor, epsilon: Double) -> Tensor {
    tensor("layerNormalized", [self, weight]) { ct_layer_norm($0, raw, weight.raw, bias.raw, epsilon) }
  }

  /// Means over windows of `size` × `size`, one window beside the other unless `stride` says otherwise.
  /// `[batch, channels, h, w] → [batch, channels, …]`. With `countsPadding`, zeros around the image count in the mean.
  public func averagePooled(
    _ size: Int, stride: Int? = nil, padding: Int = 0, countsPadding: Bool = true
  ) -> Tensor {
    tensor("averagePooled", [self]) {
      ct_average_pool($0, raw, Int64(size), Int64(stride ?? size), Int64(padding), countsPadding)
    }
  }

  /// Maxima over windows of `size` × `size`. `[batch, channels, h, w] → [batch, channels, …]`.
  public func maximumPooled(_ size: Int, stride: Int, padding: Int = 0) -> Tensor {
    tensor("maximumPooled", [self]) {
      ct_max_pool($0, raw, Int64(size), Int64(stride), Int64(padding))
    }
  }

  /// Every pixel repeated. `[batch, channels, h, w] → [batch, channels, h × factor, w × factor]`.
  public func upsampled(_ factor: Int) -> Tensor {
    tensor("upsampled", [self]) { ct_upsample_nearest($0, raw, Int64(factor)) }
  }

  /// `[batch, channels, h, w]` seen through one affine map each, `[batch, 2, 3]`, in coordinates from −1 to 1;
  /// bilinear, mirrored at the border.
  public func sampled(through maps: Tensor) -> Tensor {
    tensor("sampled", [self, maps]) { ct_affine_sample($0, raw, maps.raw) }
  }

  /// softmax along `dim`.
  public func softmax(along dim: Int) -> Tensor {
    tensor("softmax", [self]) { ct_softmax($0, raw, Int64(dim)) }
  }

  /// log softmax along `dim`.
  public func logSoftmax(along dim: Int) -> Tensor {
    tensor("logSoftmax", [self]) { ct_log_softmax($0, raw, Int64(dim)) }
  }

  /// Mean of the cross entropy of logits `[batch, classes]` against class indices `[batch]`.
  public func crossEntropy(with targets: Tensor) -> Tensor {
    tensor("crossEntropy", [self, targets]) { ct_cross_entropy($0, raw, targets.raw) }
  }

  /// Mean binary cross entropy of logits against probabilities of the same shape.
  public func binaryCrossEntropy(with targets: Tensor) -> Tensor {
    tensor("binaryCrossEntropy", [self, targets]) {
      ct_binary_cross_entropy_with_logits($0, raw, targets.raw)
    }
  }

  /// `[batch, channels, h, w]` at another size, with libtorch's kernels; corners are not aligned. The antialiased
  /// ones are made after Pillow's, on 8 bits in integers.
  public func resized(
    height: Int, width: Int, filter: ResizeFilter = .bicubic, isAntialiased: Bool = true
  ) -> Tensor {
    tensor("resized", [self]) {
      ct_resize($0, raw, Int64(height), Int64(width), filter == .bicubic, isAntialiased)
    }
  }

  /// An orthonormal basis of the columns' span: the Q of the reduced QR decomposition.
  public func orthonormalized() -> Tensor {
    pair("orthonormalized", [self]) { ct_qr($0, $1, raw) }.0
  }

  /// Eigenvalues of a symmetric matrix, ascending.
  public func symmetricEigenvalues() -> Tensor {
    tensor("symmetricEigenvalues", [self]) { ct_linalg_eigvalsh($0, raw) }
  }

  /// Eigenvalues, ascending, and orthonormal eigenvectors in columns, of a symmetric matrix.
  public func symmetricEigensystem() -> (values: Tensor, vectors: Tensor) {
    pair("symmetricEigensystem", [self]) { ct_eigh($0, $1, raw) }
  }

  /// Singular values of a matrix, descending.
  public func singularValues() -> Tensor { tensor("singularValues", [self]) { ct_linalg_svdvals($0, raw) } }

  /// L of A = L Lᵀ for a symmetric positive definite matrix, or a batch of them.
  public func choleskyFactor() -> Tensor { tensor("choleskyFactor", [self]) { ct_linalg_cholesky($0, raw) } }

  /// X of A X = B, where this is B and `matrix` is triangular.
  public func solved(triangular matrix: Tensor, isUpper: Bool = false) -> Tensor {
    tensor("solved", [matrix, self]) { ct_solve_triangular($0, matrix.raw, raw, isUpper) }
  }

  /// |xᵢ − yⱼ|² between the rows of two matrices: `[n, d], [m, d] → [n, m]`.
  public func squaredDistances(to other: Tensor) -> Tensor {
    tensor("squaredDistances", [self, other]) { ct_squared_distances($0, raw, other.raw) }
  }
}
