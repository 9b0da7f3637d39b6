/// One documented, bounded key of a plugin's configuration.
///
/// ```swift
/// @Setting("softmax temperature τ", .above(0)) public var temperature = 0.1
/// ```
/// The declared value is the default. `moca describe` prints the text and the bound, and a value outside
/// the bound is refused before anything is written.
@propertyWrapper
public struct Setting<Value: SettingValue>: Sendable {
  public var wrappedValue: Value
  /// One line for `moca describe`.
  public let help: String
  /// What values are allowed.
  public let constraint: Constraint
  /// Where the default comes from, as in `the authors' code for CIFAR-10`; empty where it needs no source.
  public let source: String

  /// Declares a setting with its default, its help text, its bound and where the default comes from.
  public init(wrappedValue: Value, _ help: String, _ constraint: Constraint = .any, source: String = "") {
    self.wrappedValue = wrappedValue
    self.help = help
    self.constraint = constraint
    self.source = source
  }
}

extension Setting where Value: ExpressibleByNilLiteral {
  /// Declares an optional setting whose default is nothing.
  public init(_ help: String, _ constraint: Constraint = .any, source: String = "") {
    self.init(wrappedValue: nil, help, constraint, source: source)
  }
}

/// The values that a numeric setting may take.
public enum Constraint: Sendable, Equatable {
  case any
  /// x ≥ bound
  case atLeast(Double)
  /// x > bound
  case above(Double)
  /// lower ≤ x ≤ upper
  case between(Double, Double)
  /// lower ≤ x < upper
  case within(Double, below: Double)

  /// Whether the constraint holds for `value`. NaN is never allowed under a bound.
  public func allows(_ value: Double) -> Bool {
    switch self {
    case .any: true
    case .atLeast(let bound): value >= bound
    case .above(let bound): value > bound
    case .between(let lower, let upper): value >= lower && value <= upper
    case .within(let lower, let upper): value >= lower && value < upper
    }
  }

  /// The constraint in words, empty for ``any``.
  public var text: String {
    switch self {
    case .any: ""
    case .atLeast(let bound): "at least \(short(bound))"
    case .above(let bound): "above \(short(bound))"
    case .between(let lower, let upper): "between \(short(lower)) and \(short(upper))"
    case .within(let lower, let upper): "at least \(short(lower)) and below \(short(upper))"
    }
  }

  private func short(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
}

/// A type that can be a setting: `Int`, `Double`, `Bool`, `String`, an optional or array of these, or a
/// string enumeration.
public protocol SettingValue: Codable, Sendable {
  /// What the type is called in an error message.
  static var expectation: String { get }
  /// Reads the value from a configuration, or `nil` where it has the wrong type.
  init?(configuration: ConfigurationValue)
  /// The value as configuration.
  var configuration: ConfigurationValue { get }
}

extension Int: SettingValue {
  public static var expectation: String { "a whole number" }
  public init?(configuration: ConfigurationValue) {
    guard let value = configuration.int else { return nil }
    self = value
  }
  public var configuration: ConfigurationValue { .integer(self) }
}

extension Double: SettingValue {
  public static var expectation: String { "a number" }
  public init?(configuration: ConfigurationValue) {
    guard let value = configuration.double, value.isFinite else { return nil }
    self = value
  }
  public var configuration: ConfigurationValue { .number(self) }
}

extension Bool: SettingValue {
  public static var expectation: String { "true or false" }
  public init?(configuration: ConfigurationValue) {
    guard case .boolean(let value) = configuration else { return nil }
    self = value
  }
  public var configuration: ConfigurationValue { .boolean(self) }
}

extension String: SettingValue {
  public static var expectation: String { "text" }
  public init?(configuration: ConfigurationValue) {
    switch configuration {
    case .string(let text): self = text
    case .integer(let value): self = String(value)
    case .number(let value): self = String(value)
    case .boolean(let value): self = String(value)
    default: return nil
    }
  }
  public var configuration: ConfigurationValue { .string(self) }
}

extension Optional: SettingValue where Wrapped: SettingValue {
  public static var expectation: String { Wrapped.expectation + " or null" }
  public init?(configuration: ConfigurationValue) {
    if configuration == .null {
      self = .none
    } else if let value = Wrapped(configuration: configuration) {
      self = .some(value)
    } else {
      return nil
    }
  }
  public var configuration: ConfigurationValue { self?.configuration ?? .null }
}

extension Array: SettingValue where Element: SettingValue {
  public static var expectation: String { "a list, each \(Element.expectation)" }
  public init?(configuration: ConfigurationValue) {
    guard case .list(let values) = configuration else { return nil }
    var elements: [Element] = []
    for value in values {
      guard let element = Element(configuration: value) else { return nil }
      elements.append(element)
    }
    self = elements
  }
  public var configuration: ConfigurationValue { .list(map(\.configuration)) }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  public static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
  public init?(configuration: ConfigurationValue) {
    guard case .string(let text) = configuration, let value = Self(rawValue: text) else { return nil }
    self = value
  }
  public var configuration: ConfigurationValue { .string(rawValue) }
}
