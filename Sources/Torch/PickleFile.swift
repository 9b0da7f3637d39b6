import CTorch
import Files
import Foundation

/// State dictionaries in the files of `torch.save` (`.pth`, `.pt`), in its zip format and in the one before
/// torch 1.6.
///
/// The pickle is read as plain data, every size is checked against the file's own, and libtorch's restricted
/// unpickler builds the tensors. Nothing that the file names is imported or run.
public enum PickleFile {
  /// Whether the bytes begin as `torch.save` begins a file.
  public static func isPickle(_ data: Data) -> Bool {
    data.withUnsafeBytes { bytes in
      guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return false }
      return ct_pickle_format_of(base, Int64(bytes.count)) != CT_PICKLE_NONE
    }
  }

  /// Reads the one dictionary of tensors that the bytes hold: all of it, or what stands under one name in it, as
  /// in `{"state_dict": …}`. The tensors lie on the host, whatever device they were saved on.
  ///
  /// - Throws: ``PickleError``, ``TorchError``.
  public static func decode(_ data: Data) throws -> [(name: String, tensor: Tensor)] {
    var state: OpaquePointer?
    let error = data.withUnsafeBytes { bytes -> OpaquePointer? in
      var none: UInt8 = 0
      let base = bytes.bindMemory(to: UInt8.self).baseAddress
      return withUnsafePointer(to: &none) { ct_state_read(&state, base ?? $0, Int64(bytes.count)) }
    }
    if let error { throw failure(error) }
    guard let state else { fatalError("no state and no error") }
    defer { ct_state_free(state) }
    return try (0..<ct_state_count(state)).map { index in
      var handle: ct_tensor?
      try throwing { ct_state_tensor(&handle, state, index) }
      guard let handle else { fatalError("tensor \(index) of a state is missing") }
      return (try name(of: state, at: index), Tensor(owning: handle))
    }
  }

  private static func name(of state: OpaquePointer, at index: Int64) throws -> String {
    var length: Int64 = 0
    let start = ct_state_name(state, index, &length)
    let bytes = UnsafeRawBufferPointer(start: start, count: Int(length))
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw PickleError.corrupt("the name of tensor \(index + 1) is not UTF-8")
    }
    return name
  }

  private static func failure(_ error: OpaquePointer) -> any Error {
    let code = ct_error_get_code(error)
    let failure = TorchError(consuming: error)
    switch code {
    case CT_ERROR_IMPORT: return PickleError.imports(failure.message)
    case CT_ERROR_VALUE: return PickleError.corrupt(failure.message)
    default: return failure
    }
  }
}

/// Why a file of `torch.save` is not read.
public enum PickleError: Fault, Equatable {
  /// The file wants to import this, as a pickle that runs code does.
  case imports(String)
  /// The file is damaged, or holds something other than one dictionary of tensors.
  case corrupt(String)

  public var description: String {
    switch self {
    case .imports(let name):
      "the file wants to import \(name), which could run code; nothing was run. Save the tensors alone: "
        + "torch.save(model.state_dict(), path), or as safetensors"
    case .corrupt(let reason): reason
    }
  }

  public var fault: FaultKind { .data }
}
