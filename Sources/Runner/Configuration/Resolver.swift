import MoCAProtocols

/// Lays configurations over each other and fills in the defaults.
struct Resolver {
  private let catalogs: Catalogs
  private var differences = ConfigurationValue.empty

  init(catalogs: Catalogs) { self.catalogs = catalogs }

  /// The sections in the order in which they are written, and the plugin chosen where none is named.
  static let pluginSections: [(name: String, standard: String)] = [
    ("dataset", "sprites"), ("encoder", "convolutional"), ("decoder", "convolutional"),
    ("posterior", "deterministic"), ("prior", "hypersphere"), ("regularizer", "moca"), ("memory", ""),
  ]
  static let plainSections: [(name: String, type: any PluginConfiguration.Type)] = [
    ("latent", LatentConfiguration.self), ("reconstruction", ReconstructionConfiguration.self),
    ("optimizer", OptimizerConfiguration.self), ("schedule", ScheduleConfiguration.self),
    ("training", TrainingConfiguration.self), ("record", RecordConfiguration.self),
  ]
  /// Sets the same key of several sections.
  private static let groups = ["backbone": ["encoder", "decoder"]]

  /// Lays a layer over the ones before. Naming another plugin forgets what was set for the one before.
  mutating func add(_ layer: ConfigurationValue) throws {
    guard case .object(let members) = layer else {
      throw ConfigurationError.wrongType(
        path: "the configuration", expected: "a group of keys", found: layer.kind)
    }
    // The regularizer first: naming another one forgets what earlier layers, not this one, say of its parts.
    let isRegularizer = { (member: ConfigurationValue.Member) in member.key == "regularizer" }
    for member in members.filter(isRegularizer) + members.filter({ !isRegularizer($0) }) {
      let sections = Self.groups[member.key] ?? [member.key]
      for section in sections { try add(member.value, to: section) }
    }
  }

  private mutating func add(_ value: ConfigurationValue, to section: String) throws {
    guard let standard = Self.pluginSections.first(where: { $0.name == section })?.standard else {
      guard Self.plainSections.contains(where: { $0.name == section }) else { throw unknown(section) }
      guard case .object = value else {
        throw ConfigurationError.wrongType(
          path: section, expected: "a group of keys such as \(section).…", found: value.json)
      }
      differences[section] = (differences[section] ?? .empty).merged(with: value)
      return
    }
    var change = value
    if case .object = value {} else { change = .object([.init("name", value)]) }
    let current = differences[section] ?? .empty
    let before = current["name"] ?? (standard.isEmpty ? change["name"] : .string(standard))
    let isOther = change["name"].map { $0 != before } ?? false
    differences[section] = isOther ? change : current.merged(with: change)
    // A part that nobody named is the regularizer's own choice, and so are the settings made for it.
    if isOther, section == "regularizer" {
      for dependent in ["memory", "prior", "posterior"] where differences[dependent]?["name"] == nil {
        differences[dependent] = nil
      }
    }
  }

  /// The complete configuration and the plugins chosen in it.
  func resolve() throws -> (ConfigurationValue, [String: Experiment.Choice]) {
    var tree = ConfigurationValue.empty
    var choices: [String: Experiment.Choice] = [:]
    let regularizer = try regularizerType()
    for (section, standard) in Self.pluginSections {
      let name = try self.name(in: section) ?? regularizer?.choice(in: section) ?? standard
      var settings = differences[section] ?? .empty
      settings["name"] = nil
      let complete = try resolvePlugin(name, in: section, settings)
      choices[section] = Experiment.Choice(name: name, settings: complete, section: section)
      tree[section] = ConfigurationValue.object([.init("name", .string(name))] + complete.members)
    }
    try checkMemory(choices, regularizer)
    for (section, type) in Self.plainSections {
      tree[section] = try complete(type, differences[section] ?? .empty, section)
    }
    return (tree, choices)
  }

  private func complete<C: PluginConfiguration>(
    _ type: C.Type, _ settings: ConfigurationValue, _ section: String
  ) throws -> ConfigurationValue {
    try C(settings, path: section).tree
  }

  private func name(in section: String) throws -> String? {
    guard let value = differences[section]?["name"] else { return nil }
    guard let text = value.text else {
      throw ConfigurationError.wrongType(
        path: section, expected: "the name of a \(section)", found: value.json)
    }
    return text
  }

  private func resolvePlugin(
    _ name: String, in section: String, _ settings: ConfigurationValue
  ) throws -> ConfigurationValue {
    switch section {
    case "dataset": try catalogs.datasets.entry(named: name).resolve(settings, section)
    case "encoder": try catalogs.encoders.entry(named: name).resolve(settings, section)
    case "decoder": try catalogs.decoders.entry(named: name).resolve(settings, section)
    case "posterior": try catalogs.posteriors.entry(named: name).resolve(settings, section)
    case "prior": try catalogs.priors.entry(named: name).resolve(settings, section)
    case "regularizer": try catalogs.regularizers.entry(named: name).resolve(settings, section)
    default: try catalogs.memories.entry(named: name).resolve(settings, section)
    }
  }

  private func regularizerType() throws -> (any RegularizerPlugin.Type)? {
    let standard = Self.pluginSections.first { $0.name == "regularizer" }?.standard
    guard let name = try name(in: "regularizer") ?? standard else { return nil }
    return try catalogs.regularizers.entry(named: name).type as? any RegularizerPlugin.Type
  }

  private func checkMemory(
    _ choices: [String: Experiment.Choice], _ type: (any RegularizerPlugin.Type)?
  ) throws {
    guard let type, let memory = choices["memory"]?.name else { return }
    if !type.takesSamples, memory != type.defaultMemory {
      throw ConfigurationError.incompatible(
        "the regularizer \"\(type.name)\" looks at no samples of codes, so memory=\(memory) would change nothing; "
          + "leave memory out, or choose another regularizer")
    }
  }

  private func unknown(_ section: String) -> ConfigurationError {
    let names = Self.pluginSections.map(\.name) + Self.plainSections.map(\.name) + Self.groups.keys.sorted()
    let leaves = Self.plainSections.flatMap { section in
      section.type.settings.map { "\(section.name).\($0.key)" }
    }
    if let full = leaves.first(where: { $0.hasSuffix("." + section) }) {
      return .incompatible("unknown key \"\(section)\"; did you mean \"\(full)\"?")
    }
    return .unknownKey(path: section, available: names)
  }
}

extension RegularizerPlugin {
  /// The plugin that the method is defined with in another section, where none is named.
  fileprivate static func choice(in section: String) -> String? {
    switch section {
    case "memory": defaultMemory
    case "prior": defaultPrior
    case "posterior": defaultPosterior
    default: nil
    }
  }
}
