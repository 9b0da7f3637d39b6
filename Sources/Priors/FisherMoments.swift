import Foundation
import MoCAProtocols

/// Integrals of the von Mises-Fisher distributions on one sphere, by Gauss-Legendre quadrature over the angle
/// φ whose sine is the cosine to the direction. Concentrations κ are `[batch, 1]` of `float64`.
///
/// `UnitSphere` has log M(κ) of one number; here it is that of a batch on its device, with gradients, and nothing is
/// read back.
final class FisherMoments: Module {
  /// Nodes on (0, 1) and the logarithms of their weights, `[nodes]` of `float64`.
  @Buffer private var nodes: Tensor
  @Buffer private var logWeights: Tensor
  private let latentSize: Int

  init(latentSize: Int) {
    self.latentSize = latentSize
    let rule = GaussLegendre(384)
    nodes = Tensor(rule.nodes)
    logWeights = Tensor(rule.weights.map { log($0) })
  }

  /// log M(κ) = log E exp(κ sin φ) over the uniform distribution, `[batch]`.
  func logMoment(_ concentration: Tensor) -> Tensor { tilted(by: concentration).logSumExp(along: 1) }

  /// κ A(κ) − log M(κ), `[batch]`: the divergence from the uniform distribution.
  func divergence(_ concentration: Tensor) -> Tensor {
    (concentration * mean(concentration)).squeezingDimension(at: 1) - logMoment(concentration)
  }

  /// dφ/dκ at fixed probability: −∫ (sin ψ − A) q(ψ) dψ / q(φ) over ψ below φ. `[batch, 1]` each.
  func slope(of angle: Tensor, _ concentration: Tensor) -> Tensor {
    let mean = self.mean(concentration)
    let length = angle + Double.pi / 2
    let below = length * nodes - Double.pi / 2  // [batch, nodes]
    let logRatio =
      concentration * (below.sine() - angle.sine())
      + Double(latentSize - 2)
      * (below.cosine().clamped(min: 1e-300).log() - angle.cosine().clamped(min: 1e-300).log())
    let terms = (below.sine() - mean) * (logRatio + logWeights).clamped(max: 600).exp()
    return -length * terms.sum(along: 1, keepsDimensions: true)
  }

  /// A(κ), the mean cosine to the direction, `[batch, 1]`.
  private func mean(_ concentration: Tensor) -> Tensor {
    (tilted(by: concentration).softmax(along: 1) * sines).sum(along: 1, keepsDimensions: true)
  }

  /// The angles of the nodes over (−π/2, π/2), whose sines are cosines to the direction.
  private var sines: Tensor { ((nodes - 0.5) * Double.pi).sine() }

  /// log of the uniform distribution's mass at each node plus κ sin φ: `[batch, 1] → [batch, nodes]`.
  private func tilted(by concentration: Tensor) -> Tensor {
    let cosines = ((nodes - 0.5) * Double.pi).cosine()
    let masses = logWeights + cosines.log() * Double(latentSize - 2)
    return concentration * sines + (masses - masses.logSumExp(along: 0))
  }
}
