/// A kind of plugins, such as regularizers: what one is built from, what comes out, and what can be asked of it.
///
/// ```swift
/// public enum RegularizerKind: PluginKind {
///   public typealias Context = RegularizerContext
///   public typealias Product = any LatentRegularizer
///   public typealias Declared = any RegularizerPlugin.Type
///   public typealias Configuration = any RegularizerConfiguration
///   public static let name = "regularizer"
/// }
/// ```
public protocol PluginKind: SendableMetatype {
  /// What a plugin of the kind is built from beside its configuration.
  associatedtype Context
  /// What building gives.
  associatedtype Product
  /// A plugin's type, with what the kind lets it declare statically.
  associatedtype Declared: Sendable
  /// A plugin's settings, with those that every plugin of the kind has.
  associatedtype Configuration: Sendable = any PluginConfiguration
  /// What the plugins are, as in `regularizer`: the key of their section in a configuration.
  static var name: String { get }
  /// Whether a setting outlives the choice of another plugin that has it too, as an optimizer's step size does. Else
  /// the settings of one plugin mean nothing to another.
  static var keepsSharedSettings: Bool { get }
}

extension PluginKind {
  public static var keepsSharedSettings: Bool { false }
}

/// What is known about a plugin of any kind without building it.
public struct PluginSummary: Sendable {
  /// ``PluginKind/name`` of its kind.
  public let kind: String
  /// What it declares statically.
  public let type: any Plugin.Type

  /// The name on the command line.
  public var name: String { type.name }
  /// The documentation of its settings.
  public var settings: [SettingDescription] { type.settings }
}

extension Plugin {
  fileprivate static var settings: [SettingDescription] { Configuration.settings }
}

/// A catalog of any kind.
public protocol PluginCatalog: Sendable {
  /// ``PluginKind/name`` of its kind.
  var kind: String { get }
  /// Its plugins, in order.
  var summaries: [PluginSummary] { get }
}
