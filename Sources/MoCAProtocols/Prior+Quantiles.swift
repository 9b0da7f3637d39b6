import Torch

extension Prior {
  /// ``projectionQuantiles(_:)`` as a column for all directions, `[count, 1]`, where they are known.
  package func quantileColumn(_ count: Int, on device: Device) -> Tensor? {
    projectionQuantiles(count).map { Tensor($0.map(Float.init), shape: [$0.count, 1]).to(on: device) }
  }
}
