import Torch

/// A transformer block that normalises before each part, as vision transformers do (Dosovitskiy et al., ICLR 2021).
///
/// x ← x + attention(norm(x)), then x ← x + contraction(GELU(expansion(norm(x)))), with four times as many hidden
/// features as the block is wide. `[batch, tokens, width] → [batch, tokens, width]`.
public final class TransformerBlock: Module {
  /// Before the attention.
  public let attentionNormalization: LayerNormalization
  public let attention: MultiHeadAttention
  /// Before the layers that treat each token alone.
  public let hiddenNormalization: LayerNormalization
  /// `[…, width] → […, 4 · width]`.
  public let expansion: Linear
  /// `[…, 4 · width] → […, width]`.
  public let contraction: Linear

  /// Draws the weights as ``Linear`` does.
  public init(width: Int, headCount: Int, using generator: Generator) {
    attentionNormalization = LayerNormalization(width)
    attention = MultiHeadAttention(width: width, headCount: headCount, using: generator)
    hiddenNormalization = LayerNormalization(width)
    expansion = Linear(width, 4 * width, using: generator)
    contraction = Linear(4 * width, width, using: generator)
  }

  public func callAsFunction(_ tokens: Tensor) -> Tensor {
    let mixed = tokens + attention(attentionNormalization(tokens))
    return mixed + contraction(expansion(hiddenNormalization(mixed)).gelu())
  }
}
