import Foundation
import MoCAProtocols

/// A complete, checked configuration: everything that decides the numbers of a run.
public struct Experiment: Sendable {
  /// The resolved configuration, every key present, in the order of the sections.
  public let tree: ConfigurationValue
  /// `latent`.
  public let latent: LatentConfiguration
  /// `reconstruction`.
  public let reconstruction: ReconstructionConfiguration
  /// `optimizer`.
  public let optimizer: OptimizerConfiguration
  /// `schedule`.
  public let schedule: ScheduleConfiguration
  /// `training`.
  public let training: TrainingConfiguration
  /// `record`.
  public let record: RecordConfiguration

  /// The plugin chosen in a section, and its settings.
  public struct Choice: Sendable {
    /// The plugin's name.
    public let name: String
    /// Its complete settings.
    public let settings: ConfigurationValue
    /// The section, for messages.
    public let section: String
  }

  /// The key of the seed. Runs that differ in it alone are repetitions.
  public static let seedKey = "training.seed"

  private let choices: [String: Choice]

  /// The choice made in a section such as `regularizer`.
  public subscript(section: String) -> Choice {
    guard let choice = choices[section] else { fatalError("no section \(section) in a configuration") }
    return choice
  }

  /// Resolves a configuration.
  ///
  /// - Parameters:
  ///   - layers: Differences from the defaults, each over the ones before: a file, then overrides.
  ///   - catalogs: What names can be chosen.
  /// - Throws: `ConfigurationError` with what was found, what is allowed and the nearest match.
  public init(_ layers: [ConfigurationValue], catalogs: Catalogs) throws {
    var resolver = Resolver(catalogs: catalogs)
    for layer in layers { try resolver.add(layer) }
    let (tree, choices) = try resolver.resolve()
    self.tree = tree
    self.choices = choices
    latent = try Self.section("latent", tree)
    reconstruction = try Self.section("reconstruction", tree)
    optimizer = try Self.section("optimizer", tree)
    schedule = try Self.section("schedule", tree)
    training = try Self.section("training", tree)
    record = try Self.section("record", tree)
  }

  private static func section<C: PluginConfiguration>(_ name: String, _ tree: ConfigurationValue) throws -> C
  {
    try C(tree[name] ?? .empty, path: name)
  }
}

extension Experiment {
  /// The settings of the sections in which no plugin is chosen, such as `training`, in the order of a file.
  public static var sections: [(name: String, settings: [SettingDescription])] {
    Resolver.plainSections.map { ($0.name, $0.type.settings) }
  }

  /// The whole key that a short one stands for, as `training.seed` for `seed`; what is no short key stays as it is.
  public static func fullKey(_ key: String) -> String {
    if key.contains(".") { return key }
    let leaves = sections.flatMap { section in section.settings.map { (section.name, $0.key) } }
    let found = leaves.filter { $0.1 == key }
    return found.count == 1 ? "\(found[0].0).\(key)" : key
  }

  /// The plugin that a section has where none is named; `nil` where that depends on the other sections.
  public static func standardChoice(in section: String) -> String? {
    Resolver.pluginSections.first { $0.name == section && !$0.standard.isEmpty }?.standard
  }

  /// A `key=value` argument as a layer: `regularizer.temperature=0.07`, or `regularizer=mmd` for its name.
  ///
  /// - Throws: `ConfigurationError` where there is no `=` or the value is not YAML.
  public static func layer(override text: String) throws -> ConfigurationValue {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw ConfigurationError.incompatible(
        "\"\(text)\" is not an override; write key=value, as in regularizer=mmd or training.steps=500")
    }
    var layer = ConfigurationValue.empty
    layer[path: text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)] =
      try ConfigurationValue(override: String(text[text.index(after: equals)...]))
    return layer
  }

  /// One key whose value differs between two configurations.
  public struct Difference: Sendable, Equatable {
    /// The dotted key.
    public let key: String
    /// The value here, or `nil` where the key is absent.
    public let mine: ConfigurationValue?
    /// The value there.
    public let theirs: ConfigurationValue?
  }

  /// The keys in which `other` differs.
  public static func differences(
    from mine: ConfigurationValue, to theirs: ConfigurationValue, prefix: String = ""
  ) -> [Difference] {
    let added = theirs.members.map(\.key).filter { mine[$0] == nil }
    return (mine.members.map(\.key) + added).flatMap { key -> [Difference] in
      let (first, second) = (mine[key], theirs[key])
      if first == second { return [] }
      if let first, let second, case .object = first, case .object = second {
        return differences(from: first, to: second, prefix: "\(prefix)\(key).")
      }
      return [Difference(key: prefix + key, mine: first, theirs: second)]
    }
  }
}
