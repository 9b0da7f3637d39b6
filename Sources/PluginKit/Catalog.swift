/// The plugins of one kind, by name. A catalog is a value: `adding` returns a longer one.
public struct Catalog<Kind: PluginKind>: PluginCatalog {
  /// One plugin of the kind.
  public struct Entry: Sendable {
    /// Its settings as its own type reads them, and the same as a complete tree.
    public typealias Reading = (configuration: Kind.Configuration, tree: ConfigurationValue)

    /// The plugin's type, for what it declares statically.
    public let type: Kind.Declared
    /// What every kind declares.
    public let summary: PluginSummary
    /// Lays `tree` over the plugin's defaults and checks it.
    public let read: @Sendable (_ tree: ConfigurationValue, _ path: String) throws -> Reading
    /// Builds the plugin from a configuration and its context.
    public let make:
      @Sendable (_ tree: ConfigurationValue, _ path: String, _ context: Kind.Context) throws -> Kind.Product

    /// The name on the command line.
    public var name: String { summary.name }
    /// The documentation of its settings.
    public var settings: [SettingDescription] { summary.settings }

    /// The plugin's defaults laid under `tree`, checked and complete.
    public func resolve(_ tree: ConfigurationValue, _ path: String) throws -> ConfigurationValue {
      try read(tree, path).tree
    }
  }

  /// The plugins in the order in which they were added.
  public private(set) var entries: [Entry] = []

  /// An empty catalog.
  public init() {}

  public var kind: String { Kind.name }

  public var summaries: [PluginSummary] { entries.map(\.summary) }

  /// The names in order.
  public var names: [String] { entries.map(\.name) }

  /// The catalog with one more plugin. A name that exists is replaced, so that a package can refine a method.
  ///
  /// Each kind has an `adding` of its own, which takes the type alone and calls this one.
  ///
  /// - Parameters:
  ///   - type: The plugin.
  ///   - declared: The same type, as the kind sees it.
  ///   - configuration: Its settings, as the kind sees them.
  ///   - make: Builds the plugin.
  public func adding<P: Plugin>(
    _ type: P.Type, as declared: Kind.Declared,
    configuration: @escaping @Sendable (P.Configuration) -> Kind.Configuration,
    make: @escaping @Sendable (P.Configuration, Kind.Context) throws -> Kind.Product
  ) -> Self {
    let entry = Entry(
      type: declared, summary: PluginSummary(kind: Kind.name, type: type),
      read: { tree, path in
        let settings = try P.Configuration(tree, path: path)
        return (configuration(settings), settings.tree)
      },
      make: { try make(P.Configuration($0, path: $1), $2) })
    var copy = self
    if let index = copy.entries.firstIndex(where: { $0.name == type.name }) {
      copy.entries[index] = entry
    } else {
      copy.entries.append(entry)
    }
    return copy
  }

  /// A plugin's type as the kind sees it; `nil` for a plugin of another kind.
  public func declared(_ plugin: PluginSummary) -> Kind.Declared? {
    plugin.kind == kind ? entries.first { $0.name == plugin.name }?.type : nil
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
