import MoCAProtocols

/// Codes that a sampler can be fitted to: finite, and enough of them.
struct FittingCodes {
  /// `[count, latentSize]` of `float64`, without gradients.
  let points: Tensor

  /// Checks the codes.
  ///
  /// - Throws: `SamplerError` with what was found, what is needed and `remedy`.
  init(_ codes: Tensor, sampler: String, atLeast minimum: Int, remedy: String) throws {
    let count = codes.shape[0]
    if count < minimum {
      throw SamplerError(
        "the sampler \"\(sampler)\" needs at least \(minimum) codes, found \(count); \(remedy)")
    }
    let broken = count - Int(codes.isFinite.to(dtype: .float32).minimum(along: 1).sum().item)
    if broken > 0 {
      throw SamplerError(
        "\(broken) of \(count) codes are not finite, so that the sampler \"\(sampler)\" cannot be fitted; "
          + "use a checkpoint from before the run diverged, or train with a smaller learning rate")
    }
    points = codes.detached().to(dtype: .float64)
  }

  /// Checks the codes for a mixture.
  ///
  /// - Parameters:
  ///   - codesOfOne: The codes that one component needs.
  ///   - alternative: A setting with which fewer codes are enough, or `nil`.
  /// - Throws: `SamplerError`, which asks for more codes where even one component has too few.
  init(
    _ codes: Tensor, sampler: String, components: Int, codesOfOne: Int, alternative: String? = nil
  ) throws {
    let fewer = codes.shape[0] < codesOfOne ? "train on more images" : "use fewer components"
    try self.init(
      codes, sampler: sampler, atLeast: components * codesOfOne,
      remedy: [fewer, alternative.map { "use \($0)" }].compactMap(\.self).joined(separator: ", or "))
  }
}

extension Tensor {
  /// Independent draws of 0 … `limit` − 1 (`int64`), on the generator's device.
  static func indices(_ count: Int, below limit: Int, using generator: Generator) -> Tensor {
    (Tensor.uniform([count], dtype: .float64, using: generator) * Double(limit)).floor()
      .clamped(max: Double(limit - 1)).to(dtype: .int64)
  }

  /// Independent draws (`int64`) with these probabilities, `[classes]`; on this tensor's device.
  func categoricalDraws(_ count: Int, using generator: Generator) -> Tensor {
    let draws = Tensor.uniform([count, 1], dtype: .float64, using: generator).to(on: device)
    let limits = (cumulativeSum(along: 0) / sum()).expandingDimension(at: 0).expanded(to: [count, shape[0]])
    // The last limit is one up to rounding: it must not count.
    return limits.isLess(than: draws).to(dtype: .float64).sum(along: 1)
      .clamped(max: Double(shape[0] - 1)).to(dtype: .int64)
  }
}
