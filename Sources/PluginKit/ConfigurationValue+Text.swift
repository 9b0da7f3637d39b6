import Foundation
import Yams

extension ConfigurationValue {
  /// Reads YAML (and so JSON). Plain scalars become numbers, booleans or `null` where they look so.
  ///
  /// - Throws: ``ConfigurationError/unreadable(_:)`` with the parser's line and reason.
  public init(yaml text: String) throws {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        self = .empty
        return
      }
      self = ConfigurationValue(node)
    } catch {
      throw ConfigurationError.unreadable(String(describing: error))
    }
  }

  /// Reads the right-hand side of a `key=value` override: any YAML flow value.
  public init(override text: String) throws {
    try self.init(yaml: text.isEmpty ? "''" : text)
  }

  private init(_ node: Node) {
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      self = isPlain ? Self(plainScalar: scalar.string) : .string(scalar.string)
    case .sequence(let sequence):
      self = .list(sequence.map(ConfigurationValue.init))
    case .mapping(let mapping):
      self = .object(mapping.map { Member($0.key.string ?? "", ConfigurationValue($0.value)) })
    case .alias:
      self = .null
    }
  }

  private init(plainScalar text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .boolean(true)
    case "false", "False", "FALSE": self = .boolean(false)
    default:
      if let integer = Int(text) {
        self = .integer(integer)
      } else if let number = Double(text), text.first?.isLetter == false, !text.hasPrefix("0x") {
        self = .number(number)
      } else {
        self = .string(text)
      }
    }
  }

  /// The value as block-style YAML, keys in order.
  public var yaml: String {
    get throws { try Yams.serialize(node: node, width: -1, allowUnicode: true) }
  }

  private var node: Node {
    switch self {
    case .list(let values): return .sequence(.init(values.map(\.node), .implicit, .flow))
    case .object(let members):
      return .mapping(
        .init(members.map { (Node($0.key), $0.value.node) }, .implicit, members.isEmpty ? .flow : .block))
    case .string(let text):
      let isAmbiguous = Self(plainScalar: text) != self
      return .scalar(.init(text, .implicit, isAmbiguous ? .doubleQuoted : .any))
    default: return Node(json)
    }
  }

  /// The value as compact JSON, keys in order. Numbers that are not finite become strings.
  public var json: String {
    switch self {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return value.isFinite ? "\(value)" : "\"\(value)\""
    case .string(let text): return Self.quoted(text)
    case .list(let values): return "[" + values.map(\.json).joined(separator: ",") + "]"
    case .object(let members):
      return "{" + members.map { "\(Self.quoted($0.key)):\($0.value.json)" }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20: result += "\\u" + String(format: "%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
