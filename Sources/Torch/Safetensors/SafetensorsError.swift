import Files

/// What can be wrong with a safetensors file or with the tensors meant for one.
public enum SafetensorsError: Fault, Equatable {
  /// There are fewer bytes than the file itself announces.
  case truncated(found: Int, expected: Int)
  /// The header announces a length beyond the format's limit.
  case headerTooLong(found: UInt64, limit: Int)
  /// The header is not the JSON that the format asks for.
  case malformedHeader(offset: Int, reason: String)
  /// Two entries have the same name.
  case duplicateName(String)
  /// An element type that is unknown here.
  case unknownType(name: String, found: String)
  /// A shape with a negative size or with more bytes than can be counted.
  case invalidShape(name: String, shape: [Int])
  /// Shape and bytes do not agree.
  case wrongLength(name: String, expected: Int, found: Int)
  /// A tensor that does not start where the one before it ends.
  case misplaced(name: String, expected: Int, found: Int)
  /// Bytes behind the last tensor.
  case trailingBytes(found: Int, expected: Int)
  /// The one name that the format keeps for itself.
  case reservedName
  /// The file cannot be opened, read or written.
  case file(path: String, reason: String)
  /// Any of the others, with the file in which it was found.
  indirect case inFile(path: String, SafetensorsError)

  public var description: String {
    switch self {
    case .truncated(let found, let expected):
      "the safetensors data is truncated: found \(found) bytes, expected \(expected); copy the file again"
    case .headerTooLong(let found, let limit):
      "the safetensors header announces \(found) bytes, at most \(limit) are allowed; "
        + "this is probably not a safetensors file"
    case .malformedHeader(let offset, let reason):
      "the safetensors header is malformed at byte \(offset): \(reason); this may not be a safetensors file"
    case .duplicateName(let name):
      "the name \"\(name)\" occurs twice in the safetensors header; every name must be unique"
    case .unknownType(let name, let found):
      "tensor \"\(name)\" has the unknown element type \"\(found)\" "
        + "(known: \(SafetensorsType.allCases.map(\.rawValue).joined(separator: ", ")))"
    case .invalidShape(let name, let shape):
      "tensor \"\(name)\" has the impossible shape \(shape); sizes must be non-negative and their product "
        + "must be countable"
    case .wrongLength(let name, let expected, let found):
      "tensor \"\(name)\" has \(found) bytes, its shape and type ask for \(expected)"
    case .misplaced(let name, let expected, let found):
      "tensor \"\(name)\" starts at byte \(found) of the data, expected \(expected): tensors must follow "
        + "one another without holes or overlap"
    case .trailingBytes(let found, let expected):
      "the safetensors data has \(found) bytes, the header describes \(expected)"
    case .reservedName:
      "\"\(SafetensorsHeader.metadataKey)\" cannot be the name of a tensor; choose another name"
    case .file(let path, let reason): "\(path): \(reason)"
    case .inFile(let path, let error): "\(path): \(error)"
    }
  }

  public var fault: FaultKind { .data }
}
