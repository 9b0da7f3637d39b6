import CTorch

extension Tensor {
  public func sum() -> Tensor { tensor("sum", [self]) { ct_sum_all($0, raw) } }
  public func mean() -> Tensor { tensor("mean", [self]) { ct_mean_all($0, raw) } }
  public func maximum() -> Tensor { tensor("maximum", [self]) { ct_amax_all($0, raw) } }
  public func minimum() -> Tensor { tensor("minimum", [self]) { ct_amin_all($0, raw) } }
  public func median() -> Tensor { tensor("median", [self]) { ct_median_all($0, raw) } }
  /// Whether every element is true.
  public func all() -> Tensor { tensor("all", [self]) { ct_all_all($0, raw) } }

  public func sum(along dims: Int..., keepsDimensions: Bool = false) -> Tensor {
    reduced("sum", dims, keepsDimensions, ct_sum_dims)
  }
  public func mean(along dims: Int..., keepsDimensions: Bool = false) -> Tensor {
    reduced("mean", dims, keepsDimensions, ct_mean_dims)
  }
  public func maximum(along dims: Int..., keepsDimensions: Bool = false) -> Tensor {
    reduced("maximum", dims, keepsDimensions, ct_amax_dims)
  }
  public func minimum(along dims: Int..., keepsDimensions: Bool = false) -> Tensor {
    reduced("minimum", dims, keepsDimensions, ct_amin_dims)
  }
  public func logSumExp(along dims: Int..., keepsDimensions: Bool = false) -> Tensor {
    reduced("logSumExp", dims, keepsDimensions, ct_logsumexp_dims)
  }

  /// The Euclidean norm along one dimension.
  public func norm(along dim: Int, keepsDimensions: Bool = false) -> Tensor {
    withSizes([dim]) { dims, count in
      tensor("norm", [self]) { ct_vector_norm($0, raw, 2, dims, count, keepsDimensions) }
    }
  }

  /// Divided by the Euclidean norm along `dim`, which is taken as at least `epsilon`.
  public func normalized(along dim: Int, epsilon: Double = 1e-12) -> Tensor {
    self / norm(along: dim, keepsDimensions: true).clamped(min: epsilon)
  }

  /// The position of the largest element along `dim`.
  public func argumentOfMaximum(along dim: Int) -> Tensor {
    tensor("argumentOfMaximum", [self]) { ct_argmax($0, raw, Int64(dim)) }
  }

  /// Running sums along `dim`.
  public func cumulativeSum(along dim: Int) -> Tensor {
    tensor("cumulativeSum", [self]) { ct_cumsum($0, raw, Int64(dim)) }
  }

  private typealias Reduction = (
    UnsafeMutablePointer<ct_tensor?>, ct_tensor, UnsafePointer<Int64>, Int32, Bool
  ) -> OpaquePointer?

  private func reduced(_ name: StaticString, _ dims: [Int], _ keeps: Bool, _ call: Reduction) -> Tensor {
    withSizes(dims) { dims, count in tensor(name, [self]) { call($0, raw, dims, count, keeps) } }
  }
}
