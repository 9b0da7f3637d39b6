import Torch

/// Self-attention with several heads (Vaswani et al., "Attention Is All You Need", 2017), without dropout or mask.
/// `[batch, tokens, width] → [batch, tokens, width]`.
public final class MultiHeadAttention: Module {
  /// Queries, keys and values in this order: `[…, width] → […, 3 · width]`.
  public let input: Linear
  /// Joins the heads.
  public let output: Linear
  private let headCount: Int

  /// Each head has `width / headCount` coordinates; anything but a whole number is a programmer's mistake.
  public init(width: Int, headCount: Int, using generator: Generator) {
    if width % headCount != 0 {
      fatalError("the width \(width) of an attention layer is not a multiple of its \(headCount) heads")
    }
    input = Linear(width, 3 * width, using: generator)
    output = Linear(width, width, using: generator)
    self.headCount = headCount
  }

  public func callAsFunction(_ tokens: Tensor) -> Tensor {
    let (batch, count, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
    // [batch, tokens, 3 · width] → [3, batch, heads, tokens, size]
    let parts = input(tokens).reshaped(batch, count, 3, headCount, width / headCount).permuted(2, 0, 3, 1, 4)
    // Written out: the fused kernel has no second derivative, which gradient penalties need.
    let queries = parts.selected(along: 0, at: 0) / Double(width / headCount).squareRoot()
    let weights = queries.matmul(parts.selected(along: 0, at: 1).transposed()).softmax(along: -1)
    let mixed = weights.matmul(parts.selected(along: 0, at: 2))
    return output(mixed.transposed(1, 2).reshaped(batch, count, width))
  }
}
