import MoCAProtocols

/// Lays configurations over each other and fills in the defaults.
struct Resolver {
  private let catalogs: Catalogs
  private var differences = ConfigurationValue.empty
  private var complete: [String: ConfigurationValue] = [:]

  init(catalogs: Catalogs) { self.catalogs = catalogs }

  /// Every section that was asked for, complete, in the order in which they are written.
  var tree: ConfigurationValue {
    .object(
      Section.all.compactMap { section in
        complete[section.name].map { .init(section.name, $0) }
      })
  }

  /// The plugin chosen in a kind's section.
  ///
  /// - Parameter own: What is taken where the configuration names none, before the section's standard.
  mutating func choice<Kind>(
    _ kind: Kind.Type, own: String? = nil
  ) throws -> Experiment.Choice<Kind> {
    let section = Kind.name
    guard let name = try self.name(in: section) ?? own ?? Section.named(section)?.standard else {
      fatalError("the section \(section) has no plugin of its own and no standard one")
    }
    let entry = try catalogs[kind].entry(named: name)
    var settings = differences[section] ?? .empty
    settings["name"] = nil
    let read = try entry.read(settings, section)
    complete[section] = .object([.init("name", .string(name))] + read.tree.members)
    return Experiment.Choice(entry: entry, configuration: read.configuration, settings: read.tree)
  }

  /// The settings of a section without plugins.
  mutating func settings<C: PluginConfiguration>(in section: String) throws -> C {
    let settings = try C(differences[section] ?? .empty, path: section)
    complete[section] = settings.tree
    return settings
  }

  private func name(in section: String) throws -> String? {
    guard let value = differences[section]?["name"] else { return nil }
    guard let text = value.text else {
      throw ConfigurationError.wrongType(
        path: section, expected: "the name of a \(section)", found: value.json)
    }
    return text
  }
}

extension Resolver {
  /// Lays a layer over the ones before. Naming another plugin forgets what was set for the one before.
  mutating func add(_ layer: ConfigurationValue) throws {
    guard case .object(let members) = layer else {
      throw ConfigurationError.wrongType(
        path: "the configuration", expected: "a group of keys", found: layer.kind)
    }
    // The regularizer first: naming another one forgets what earlier layers, not this one, say of its parts.
    let isRegularizer = { (member: ConfigurationValue.Member) in member.key == RegularizerKind.name }
    for member in members.filter(isRegularizer) + members.filter({ !isRegularizer($0) }) {
      for name in Section.groups[member.key] ?? [member.key] {
        switch Section.named(name) {
        case .plugin(let kind, let standard): choose(member.value, of: kind, standard)
        case .plain: try lay(member.value, over: name)
        case nil: throw unknown(name)
        }
      }
    }
  }

  private mutating func lay(_ value: ConfigurationValue, over section: String) throws {
    guard case .object = value else {
      throw ConfigurationError.wrongType(
        path: section, expected: "a group of keys such as \(section).…", found: value.json)
    }
    differences[section] = (differences[section] ?? .empty).merged(with: value)
  }

  private mutating func choose(
    _ value: ConfigurationValue, of kind: any PluginKind.Type, _ standard: String?
  ) {
    var change = value
    if case .object = value {} else { change = .object([.init("name", value)]) }
    let current = differences[kind.name] ?? .empty
    let before = current["name"] ?? standard.map { .string($0) } ?? change["name"]
    guard let name = change["name"], name != before else {
      differences[kind.name] = current.merged(with: change)
      return
    }
    differences[kind.name] = outlasting(current, the: kind, to: name).merged(with: change)
    // A part that nobody named is the regularizer's own choice, and so are the settings made for it.
    if kind == RegularizerKind.self {
      for dependent in [MemoryKind.name, PriorKind.name, PosteriorKind.name]
      where differences[dependent]?["name"] == nil {
        differences[dependent] = nil
      }
    }
  }

  /// What stays of a section's settings where another plugin is named: those that the next one has too, if the kind
  /// shares them.
  private func outlasting(
    _ settings: ConfigurationValue, the kind: any PluginKind.Type, to name: ConfigurationValue
  ) -> ConfigurationValue {
    guard kind.keepsSharedSettings else { return .empty }
    let next = catalogs.summaries(of: kind.name).first { $0.name == name.text }
    let keys = next?.settings.map(\.key) ?? []
    return .object(settings.members.filter { keys.contains($0.key) })
  }

  private func unknown(_ key: String) -> ConfigurationError {
    if let full = Experiment.shortKeys(catalogs.optimizers).first(where: { $0.hasSuffix("." + key) }) {
      return .incompatible("unknown key \"\(key)\"; did you mean \"\(full)\"?")
    }
    return .unknownKey(path: key, available: Section.all.map(\.name) + Section.groups.keys.sorted())
  }
}
