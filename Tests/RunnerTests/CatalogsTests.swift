import MoCAProtocols
import Runner
import Testing

@Suite("Catalogs of every kind")
struct CatalogsTests {
  @Test("a kind that this package does not know is a type and a property")
  func otherKind() throws {
    var catalogs = Catalogs.tested
    #expect(catalogs.widgets.names.isEmpty && !catalogs.kinds.contains("widget"))
    catalogs.widgets = catalogs.widgets.adding(Cog.self)
    #expect(catalogs.kinds == Catalogs.tested.kinds + ["widget"])
    #expect(catalogs.summaries(of: "widget").map(\.name) == ["cog"])
    let entry = try catalogs.widgets.entry(named: "cog")
    #expect(try entry.make(ConfigurationValue(yaml: "teeth: 9"), "widget", 2) == "18 teeth")
    #expect(entry.type.material == "brass")
  }

  @Test("a plugin's type is known to the catalog of its kind and to no other")
  func declared() throws {
    let plugin = try #require(Catalogs.tested.summaries(of: "prior").first { $0.name == "normal" })
    #expect(Catalogs.tested.priors.declared(plugin)?.name == "normal")
    #expect(Catalogs.tested.regularizers.declared(plugin) == nil)
  }
}

/// A plugin of the kind.
private protocol WidgetPlugin: Plugin {
  static var material: String { get }
  static func make(_ configuration: Configuration, count: Int) -> String
}

private enum WidgetKind: PluginKind {
  typealias Context = Int
  typealias Product = String
  typealias Declared = any WidgetPlugin.Type
  static let name = "widget"
}

extension Catalog<WidgetKind> {
  fileprivate func adding<P: WidgetPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { P.make($0, count: $1) })
  }
}

extension Catalogs {
  fileprivate var widgets: Catalog<WidgetKind> {
    get { self[WidgetKind.self] }
    set { self[WidgetKind.self] = newValue }
  }
}

private struct Cog: WidgetPlugin {
  static let name = "cog"
  static let summary = "a wheel with teeth"
  static let reference = Citation.project
  static let material = "brass"

  struct Configuration: PluginConfiguration {
    @Setting("teeth of one", .atLeast(3)) var teeth = 12
  }

  static func make(_ configuration: Configuration, count: Int) -> String {
    "\(configuration.teeth * count) teeth"
  }
}
