/// A value of a configuration file: a small, ordered, untyped tree.
///
/// Configuration travels through the program in this form until a plugin's typed
/// ``PluginConfiguration`` is decoded from it; order is kept so that files read as they were written.
public indirect enum ConfigurationValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case list([ConfigurationValue])
  case object([Member])

  /// A key and its value; an object is an ordered list of them.
  public struct Member: Sendable, Hashable {
    public var key: String
    public var value: ConfigurationValue

    public init(_ key: String, _ value: ConfigurationValue) {
      self.key = key
      self.value = value
    }
  }

  /// An object without members.
  public static let empty = ConfigurationValue.object([])

  /// The members of an object; empty for every other case.
  public var members: [Member] {
    if case .object(let members) = self { return members }
    return []
  }

  /// The member called `key`; setting it replaces the value in place or appends it, setting `nil` removes it.
  public subscript(key: String) -> ConfigurationValue? {
    get { members.first { $0.key == key }?.value }
    set {
      var members = members
      let index = members.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(key, value))
      case (nil, nil): break
      }
      self = .object(members)
    }
  }

  /// The value at a dotted path, as in `regularizer.temperature`.
  public subscript(path path: [String]) -> ConfigurationValue? {
    get { path.reduce(Optional(self)) { $0?[$1] } }
    set {
      guard let first = path.first else { return }
      if path.count == 1 {
        self[first] = newValue
      } else {
        var child = self[first] ?? .empty
        child[path: Array(path.dropFirst())] = newValue
        self[first] = child
      }
    }
  }

  /// What the value is, in words for an error message.
  public var kind: String {
    switch self {
    case .null: "nothing"
    case .boolean: "true or false"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "text"
    case .list: "a list"
    case .object: "a group of keys"
    }
  }

  /// The text of a string, or `nil`.
  public var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// A number as `Double`, whole or not, or `nil`.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// A whole number, or `nil`; `1000.0` and `1e3` count.
  public var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Lays `other` over this value: objects merge key by key, everything else is replaced.
  public func merged(with other: ConfigurationValue) -> ConfigurationValue {
    guard case .object = self, case .object(let additions) = other else { return other }
    return additions.reduce(into: self) { result, member in
      result[member.key] = result[member.key]?.merged(with: member.value) ?? member.value
    }
  }
}
