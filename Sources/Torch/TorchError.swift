import CTorch
import Files

/// An error that libtorch reported, or a library that cannot be used.
public struct TorchError: Fault {
  /// The class of the failure.
  public enum Kind: Sendable {
    case index, value, type, notImplemented, linearAlgebra, outOfMemory, other
  }

  /// The class of the failure.
  public let kind: Kind
  /// libtorch's own text.
  public let message: String

  public var description: String { message }
  public var fault: FaultKind { .other }
}

extension TorchError {
  /// Takes over an error object of the C interface.
  init(consuming error: OpaquePointer) {
    kind =
      switch ct_error_get_code(error) {
      case CT_ERROR_INDEX: .index
      case CT_ERROR_VALUE: .value
      case CT_ERROR_TYPE: .type
      case CT_ERROR_NOT_IMPLEMENTED: .notImplemented
      case CT_ERROR_LINALG: .linearAlgebra
      case CT_ERROR_OUT_OF_MEMORY: .outOfMemory
      default: .other
      }
    message = String(cString: ct_error_get_message(error))
    ct_error_free(error)
  }
}

/// Throws what the call reports. For failures that the world can cause.
func throwing(_ call: () -> OpaquePointer?) throws {
  if let error = call() { throw TorchError(consuming: error) }
}

/// Runs a call whose failure is a mistake of the program: traps with the operation, the shapes and libtorch's text.
@inline(__always)
func trapping(
  _ operation: StaticString, _ arguments: @autoclosure () -> [Tensor], _ call: () -> OpaquePointer?
) {
  if let error = call() { trap(operation, arguments(), TorchError(consuming: error)) }
}

/// Runs a call that gives one tensor; traps as ``trapping(_:_:_:)`` does.
@inline(__always)
func tensor(
  _ operation: StaticString, _ arguments: @autoclosure () -> [Tensor],
  _ call: (UnsafeMutablePointer<ct_tensor?>) -> OpaquePointer?
) -> Tensor {
  var result: ct_tensor?
  if let error = call(&result) { trap(operation, arguments(), TorchError(consuming: error)) }
  guard let result else { fatalError("\(operation) returned no tensor") }
  return Tensor(owning: result)
}

/// Calls an operation that writes two tensors, the second where its second parameter points.
func pair(
  _ operation: StaticString, _ arguments: @autoclosure () -> [Tensor],
  _ call: (UnsafeMutablePointer<ct_tensor?>, UnsafeMutablePointer<ct_tensor?>) -> OpaquePointer?
) -> (Tensor, Tensor) {
  var other: ct_tensor?
  let first = tensor(operation, arguments()) { call($0, &other) }
  guard let other else { fatalError("\(operation) returned one tensor of two") }
  return (first, Tensor(owning: other))
}

@inline(never)
private func trap(_ operation: StaticString, _ arguments: [Tensor], _ error: TorchError) -> Never {
  let shapes = arguments.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", ")
  fatalError("\(operation)(\(shapes)): \(error.message)")
}
