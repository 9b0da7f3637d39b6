/// The plugins of one kind, by name.
///
/// `Context` is what a plugin of the kind is built from beside its configuration, `Product` what comes out.
/// A catalog is a value: ``adding(_:make:)`` returns a longer one.
public struct Catalog<Context, Product>: Sendable {
  /// One plugin with its type erased.
  public struct Entry: Sendable {
    /// The plugin's type, for what it declares statically.
    public let type: any Plugin.Type
    /// The documentation of its settings.
    public let settings: [SettingDescription]
    /// The plugin's defaults laid under `tree`, checked and complete.
    public let resolve: @Sendable (_ tree: ConfigurationValue, _ path: String) throws -> ConfigurationValue
    /// Builds the plugin from a configuration and its context.
    public let make:
      @Sendable (_ tree: ConfigurationValue, _ path: String, _ context: Context) throws -> Product

    /// The name on the command line.
    public var name: String { type.name }
  }

  /// What the plugins are, as in `regularizer`; the key of their section in a configuration.
  public let kind: String
  /// The plugins in the order in which they were added.
  public private(set) var entries: [Entry] = []

  /// An empty catalog for plugins of `kind`.
  public init(kind: String) { self.kind = kind }

  /// The names in order.
  public var names: [String] { entries.map(\.name) }

  /// The catalog with one more plugin. A name that exists is replaced, so that a package can refine a method.
  public func adding<P: Plugin>(
    _ type: P.Type, make: @escaping @Sendable (P.Configuration, Context) throws -> Product
  ) -> Self {
    let entry = Entry(
      type: type,
      settings: P.Configuration.settings,
      resolve: { try P.Configuration($0, path: $1).tree },
      make: { try make(P.Configuration($0, path: $1), $2) })
    var copy = self
    if let index = copy.entries.firstIndex(where: { $0.name == type.name }) {
      copy.entries[index] = entry
    } else {
      copy.entries.append(entry)
    }
    return copy
  }

  /// The plugin called `name`.
  ///
  /// - Throws: ``ConfigurationError/unknownName(kind:found:available:)`` with the nearest match.
  public func entry(named name: String) throws -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw ConfigurationError.unknownName(kind: kind, found: name, available: names)
    }
    return entry
  }
}
