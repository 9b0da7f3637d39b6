import Torch

extension Tensor {
  /// The rows' projections on unit columns, ascending along each: `[count, d], [d, directions] → [count, directions]`.
  ///
  /// Between samples of one size the mean squared difference of these is the mean W₂² of the projections.
  package func sortedProjections(along directions: Tensor) -> Tensor {
    matmul(directions).sorted(along: 0)
  }
}

extension Prior {
  /// ``projectionQuantiles(_:)`` as a column for all directions, `[count, 1]`, where they are known.
  package func quantileColumn(_ count: Int, on device: Device) -> Tensor? {
    projectionQuantiles(count).map { Tensor($0.map(Float.init), shape: [$0.count, 1]).to(on: device) }
  }
}
