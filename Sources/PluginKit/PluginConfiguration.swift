import Foundation

/// The typed settings of a plugin: a struct whose stored properties are all ``Setting``s or ``SettingGroup``s and
/// whose `init()` holds the defaults.
public protocol PluginConfiguration: Codable, Sendable {
  /// The defaults.
  init()
  /// Checks what no single bound can say, such as one setting against another.
  func validate() throws
}

extension PluginConfiguration {
  public func validate() throws {}
}

/// Settings that several configurations have in common, declared once. Their keys stand among those of a
/// configuration that has the group as a property, where the property stands; its name is no key.
public protocol SettingGroup: PluginConfiguration {}

/// A configuration of a plugin that has no settings.
public struct NoSettings: PluginConfiguration {
  public init() {}
}

/// One row of `moca describe`: a key, its default, its bound and what it means.
public struct SettingDescription: Sendable {
  /// The key as written in a file.
  public let key: String
  public let defaultValue: ConfigurationValue
  /// The type and bound in words.
  public let allowed: String
  /// What the key means.
  public let help: String
  /// Where the default comes from; empty where that is not said.
  public let source: String
}

extension PluginConfiguration {
  /// Every setting with its current value, in the order of declaration.
  public var tree: ConfigurationValue {
    .object(fields.map { .init($0.key, $0.setting.configuration) })
  }

  /// The documentation of every setting.
  public static var settings: [SettingDescription] {
    Self().fields.map { field in
      let setting = field.setting
      let allowed = [setting.expectation, setting.constraint.text].filter { !$0.isEmpty }
        .joined(separator: ", ")
      return SettingDescription(
        key: field.key, defaultValue: setting.configuration, allowed: allowed, help: setting.help,
        source: setting.source)
    }
  }

  /// Decodes the configuration from the differences in `tree`.
  ///
  /// - Parameters:
  ///   - tree: An object that may hold any of the settings' keys and no other.
  ///   - path: Where the object stands in the file, as in `regularizer`; used in messages.
  /// - Throws: ``ConfigurationError`` for an unknown key, a wrong type or a value out of range.
  public init(_ tree: ConfigurationValue, path: String) throws {
    let fields = Self().fields
    switch tree {
    case .object, .null: break
    default:
      throw ConfigurationError.wrongType(
        path: path.isEmpty ? "the configuration" : path, expected: ConfigurationValue.empty.kind,
        found: "\(tree.json) (\(tree.kind))")
    }
    // As the properties stand: the keys of a group below its name.
    var complete = ConfigurationValue.empty
    for field in fields { complete = complete.merged(with: field.nested(field.setting.configuration)) }
    for member in tree.members {
      let memberPath = path.isEmpty ? member.key : "\(path).\(member.key)"
      guard let field = fields.first(where: { $0.key == member.key }) else {
        let available = fields.map { path.isEmpty ? $0.key : "\(path).\($0.key)" }
        throw ConfigurationError.unknownKey(path: memberPath, available: available)
      }
      complete = complete.merged(
        with: field.nested(try field.setting.checked(member.value, path: memberPath)))
    }
    self = try JSONDecoder().decode(Self.self, from: Data(complete.json.utf8))
    try validate()
  }

  private var fields: [Field] {
    Mirror(reflecting: self).children.flatMap { child in
      let name = String((child.label ?? "").drop { $0 == "_" })
      if let group = child.value as? any SettingGroup {
        return group.fields.map { Field(key: $0.key, path: [name] + $0.path, setting: $0.setting) }
      }
      return (child.value as? any SettingField).map { [Field(key: name, path: [name], setting: $0)] } ?? []
    }
  }
}

/// One setting of a configuration.
private struct Field {
  let key: String
  /// The properties that lead to it: groups, then the setting itself.
  let path: [String]
  let setting: any SettingField

  /// `value` in the tree that the configuration is decoded from.
  func nested(_ value: ConfigurationValue) -> ConfigurationValue {
    path.reversed().reduce(value) { .object([.init($1, $0)]) }
  }
}

/// What ``Setting`` shows to the code that walks over a configuration.
private protocol SettingField {
  var help: String { get }
  var source: String { get }
  var constraint: Constraint { get }
  var configuration: ConfigurationValue { get }
  var expectation: String { get }
  func checked(_ value: ConfigurationValue, path: String) throws -> ConfigurationValue
}

extension Setting: SettingField {
  package var configuration: ConfigurationValue { wrappedValue.configuration }
  package var expectation: String { Value.expectation }

  package func checked(_ value: ConfigurationValue, path: String) throws -> ConfigurationValue {
    guard let typed = Value(configuration: value) else {
      throw ConfigurationError.wrongType(
        path: path, expected: Value.expectation, found: "\(value.json) (\(value.kind))")
    }
    let normal = typed.configuration
    let numbers: [ConfigurationValue] = if case .list(let values) = normal { values } else { [normal] }
    for number in numbers.compactMap(\.double) where !constraint.allows(number) {
      throw ConfigurationError.outOfRange(path: path, found: value.json, allowed: constraint.text)
    }
    return normal
  }
}

extension Setting: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(wrappedValue: try decoder.singleValueContainer().decode(Value.self), "")
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}
