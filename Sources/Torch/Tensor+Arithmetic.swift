import CTorch

extension Tensor {
  public static func + (lhs: Tensor, rhs: Tensor) -> Tensor {
    tensor("+", [lhs, rhs]) { ct_add($0, lhs.raw, rhs.raw) }
  }
  public static func - (lhs: Tensor, rhs: Tensor) -> Tensor {
    tensor("-", [lhs, rhs]) { ct_sub($0, lhs.raw, rhs.raw) }
  }
  public static func * (lhs: Tensor, rhs: Tensor) -> Tensor {
    tensor("*", [lhs, rhs]) { ct_mul($0, lhs.raw, rhs.raw) }
  }
  public static func / (lhs: Tensor, rhs: Tensor) -> Tensor {
    tensor("/", [lhs, rhs]) { ct_div($0, lhs.raw, rhs.raw) }
  }
  public static prefix func - (operand: Tensor) -> Tensor {
    tensor("-", [operand]) { ct_neg($0, operand.raw) }
  }
  public static func + (lhs: Tensor, rhs: Double) -> Tensor {
    tensor("+", [lhs]) { ct_add_scalar($0, lhs.raw, rhs) }
  }
  public static func + (lhs: Double, rhs: Tensor) -> Tensor { rhs + lhs }
  public static func - (lhs: Tensor, rhs: Double) -> Tensor { lhs + (-rhs) }
  public static func - (lhs: Double, rhs: Tensor) -> Tensor { -rhs + lhs }
  public static func * (lhs: Tensor, rhs: Double) -> Tensor {
    tensor("*", [lhs]) { ct_mul_scalar($0, lhs.raw, rhs) }
  }
  public static func * (lhs: Double, rhs: Tensor) -> Tensor { rhs * lhs }
  public static func / (lhs: Tensor, rhs: Double) -> Tensor {
    tensor("/", [lhs]) { ct_div_scalar($0, lhs.raw, rhs) }
  }
  public static func / (lhs: Double, rhs: Tensor) -> Tensor { rhs.power(-1) * lhs }

  /// Matrix product.
  public func matmul(_ other: Tensor) -> Tensor {
    tensor("matmul", [self, other]) { ct_matmul($0, raw, other.raw) }
  }

  public func power(_ exponent: Double) -> Tensor {
    tensor("power", [self]) { ct_pow_scalar($0, raw, exponent) }
  }
  public func clamped(min lower: Double) -> Tensor {
    tensor("clamped", [self]) { ct_clamp_min_scalar($0, raw, lower) }
  }
  public func clamped(max upper: Double) -> Tensor {
    tensor("clamped", [self]) { ct_clamp_max_scalar($0, raw, upper) }
  }
  public func maximum(_ other: Tensor) -> Tensor {
    tensor("maximum", [self, other]) { ct_maximum($0, raw, other.raw) }
  }
  public func minimum(_ other: Tensor) -> Tensor {
    tensor("minimum", [self, other]) { ct_minimum($0, raw, other.raw) }
  }
  public func isEqual(to other: Tensor) -> Tensor {
    tensor("isEqual", [self, other]) { ct_eq($0, raw, other.raw) }
  }
  public func isLess(than other: Tensor) -> Tensor {
    tensor("isLess", [self, other]) { ct_lt($0, raw, other.raw) }
  }
  public func isLess(than value: Double) -> Tensor {
    tensor("isLess", [self]) { ct_lt_scalar($0, raw, value) }
  }
  public func isGreater(than value: Double) -> Tensor {
    tensor("isGreater", [self]) { ct_gt_scalar($0, raw, value) }
  }

  public func exp() -> Tensor { tensor("exp", [self]) { ct_exp($0, raw) } }
  public func log() -> Tensor { tensor("log", [self]) { ct_log($0, raw) } }
  public func squareRoot() -> Tensor { tensor("squareRoot", [self]) { ct_sqrt($0, raw) } }
  public func reciprocalSquareRoot() -> Tensor {
    tensor("reciprocalSquareRoot", [self]) { ct_rsqrt($0, raw) }
  }
  public func squared() -> Tensor { tensor("squared", [self]) { ct_square($0, raw) } }
  public func absolute() -> Tensor { tensor("absolute", [self]) { ct_abs($0, raw) } }
  /// −1, 0 or 1.
  public func sign() -> Tensor { tensor("sign", [self]) { ct_sign($0, raw) } }
  public func floor() -> Tensor { tensor("floor", [self]) { ct_floor($0, raw) } }
  public func sine() -> Tensor { tensor("sine", [self]) { ct_sin($0, raw) } }
  public func cosine() -> Tensor { tensor("cosine", [self]) { ct_cos($0, raw) } }
  public func arcCosine() -> Tensor { tensor("arcCosine", [self]) { ct_acos($0, raw) } }
  public func sigmoid() -> Tensor { tensor("sigmoid", [self]) { ct_sigmoid($0, raw) } }
  public func tanh() -> Tensor { tensor("tanh", [self]) { ct_tanh($0, raw) } }
  public func relu() -> Tensor { tensor("relu", [self]) { ct_relu($0, raw) } }
  /// x, or x × `slope` where x is negative.
  public func leakyReLU(slope: Double) -> Tensor {
    tensor("leakyReLU", [self]) { ct_leaky_relu_scalar($0, raw, slope) }
  }
  /// x Φ(x), the Gaussian error linear unit.
  public func gelu() -> Tensor { tensor("gelu", [self]) { ct_gelu($0, raw) } }
  public func softplus() -> Tensor { tensor("softplus", [self]) { ct_softplus($0, raw) } }
  public func rounded() -> Tensor { tensor("rounded", [self]) { ct_round($0, raw) } }
  public func logGamma() -> Tensor { tensor("logGamma", [self]) { ct_lgamma($0, raw) } }
  /// The derivative of ``logGamma()``.
  public func digamma() -> Tensor { tensor("digamma", [self]) { ct_digamma($0, raw) } }
  /// The angle in (−π, π] of the points (x, self).
  public func arcTangent(over x: Tensor) -> Tensor {
    tensor("arcTangent", [self, x]) { ct_atan2($0, raw, x.raw) }
  }
  /// Quantiles of the standard normal distribution at these probabilities.
  public func normalQuantiles() -> Tensor { tensor("normalQuantiles", [self]) { ct_special_ndtri($0, raw) } }
  /// Whether each element is neither infinite nor NaN.
  public var isFinite: Tensor { tensor("isFinite", [self]) { ct_isfinite($0, raw) } }
  /// A copy with storage of its own.
  public func copy() -> Tensor { tensor("copy", [self]) { ct_clone($0, raw) } }
}
