import Files
import Torch

/// State that does not fit the module it is loaded into. Every problem is named at once.
public struct StateError: Fault {
  /// Tensors that the module has and the file does not.
  public var missing: [String] = []
  /// Tensors that the file has and the module does not.
  public var unexpected: [String] = []
  /// Tensors of another shape or type: name, what the file holds, what the module needs.
  public var mismatched: [(name: String, found: String, expected: String)] = []

  public init() {}

  var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

  /// The same problems under other names for the tensors.
  public func renamed(_ rename: (String) -> String) -> StateError {
    var error = StateError()
    error.missing = missing.map(rename)
    error.unexpected = unexpected.map(rename).sorted()
    error.mismatched = mismatched.map { (rename($0.name), $0.found, $0.expected) }
    return error
  }

  public var description: String {
    var lines = ["the stored state does not fit the model"]
    lines += missing.map { "  missing: \($0.inMessage())" }
    lines += unexpected.map { "  unexpected: \($0.inMessage())" }
    lines += mismatched.map { "  \($0.name.inMessage()): found \($0.found), expected \($0.expected)" }
    let limit = 12
    if lines.count > limit { lines = lines.prefix(limit) + ["  … and \(lines.count - limit) more"] }
    return lines.joined(separator: "\n")
  }

  public var fault: FaultKind { .data }
}

/// Copies stored tensors into live ones of the same names.
///
/// - Throws: ``StateError`` with every missing, unexpected and misshapen name; then nothing was changed.
public func restore(_ targets: [NamedTensor], from stored: [String: Tensor]) throws {
  var error = StateError()
  for target in targets {
    guard let source = stored[target.name] else {
      error.missing.append(target.name)
      continue
    }
    let (found, expected) = ("\(source.dtype)\(source.shape)", "\(target.tensor.dtype)\(target.tensor.shape)")
    if found != expected { error.mismatched.append((target.name, found, expected)) }
  }
  let known = Set(targets.map(\.name))
  error.unexpected = stored.keys.filter { !known.contains($0) }.sorted()
  if !error.isEmpty { throw error }
  withoutGradients {
    for target in targets { stored[target.name].map(target.tensor.assign) }
  }
}
