/// A setting of a run, as TensorBoard's HParams page compares it.
public struct Hyperparameter: Sendable, Equatable {
  /// What a hyper-parameter can be.
  public enum Value: Sendable, Equatable {
    case boolean(Bool)
    case number(Double)
    case text(String)
  }

  /// The name, the same in every run.
  public let name: String
  /// The value in this run.
  public let value: Value

  /// Names a value.
  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
