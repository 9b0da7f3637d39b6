/// A setting of a run, as TensorBoard's HParams page compares it.
package struct Hyperparameter: Sendable, Equatable {
  /// What a hyper-parameter can be.
  package enum Value: Sendable, Equatable {
    case boolean(Bool)
    case number(Double)
    case text(String)
  }

  /// The name, the same in every run.
  package let name: String
  /// The value in this run.
  package let value: Value

  /// Names a value.
  package init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
