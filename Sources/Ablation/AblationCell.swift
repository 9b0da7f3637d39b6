/// One run of an ablation: a point of its matrix.
public struct AblationCell: Sendable, Equatable {
  /// The cell's value on one axis.
  public struct Coordinate: Sendable, Hashable, Codable {
    /// The axis: a configuration key as in `regularizer` or `training.seed`.
    public let axis: String
    /// The value as text.
    public let value: String

    /// Places a cell on an axis.
    public init(axis: String, value: String) {
      self.axis = axis
      self.value = value
    }
  }

  /// The name of its folder, as in `moca_seed0_3f2a9c1b`: its coordinates and the start of its key.
  public let name: String
  /// SHA-256 over its resolved configuration, the digest of its data and the build.
  public let key: String
  /// Where it stands in the matrix, in the order of the axes.
  public let coordinates: [Coordinate]
}
