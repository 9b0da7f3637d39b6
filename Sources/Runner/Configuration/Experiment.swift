import Datasets
import MoCAProtocols

/// A complete, checked configuration: everything that decides the numbers of a run.
public struct Experiment: Sendable {
  /// The resolved configuration, every key present, in the order of the sections.
  public let tree: ConfigurationValue
  /// Where images come from.
  public let dataset: Choice<DatasetKind>
  /// The network from images to features.
  public let encoder: Choice<EncoderKind>
  /// The network from latents to images.
  public let decoder: Choice<DecoderKind>
  /// How a latent is drawn from features.
  public let posterior: Choice<PosteriorKind>
  /// What the latents should follow.
  public let prior: Choice<PriorKind>
  /// What pulls them there, and its weight.
  public let regularizer: Choice<RegularizerKind>
  /// What is kept of earlier batches.
  public let memory: Choice<MemoryKind>
  /// The size of the codes.
  public let latent: LatentConfiguration
  /// The unit of the reconstruction error.
  public let reconstruction: ReconstructionConfiguration
  /// What moves the networks.
  public let optimizer: Choice<OptimizerKind>
  /// How step size and weight change over the run.
  public let schedule: ScheduleConfiguration
  /// How long, how much at a time, from which seed.
  public let training: TrainingConfiguration
  /// What a run writes, and when.
  public let record: RecordConfiguration

  /// The key of the seed. Runs that differ in it alone are repetitions.
  public static let seedKey = "training.seed"

  /// The plugin chosen in a section, and its settings.
  public struct Choice<Kind: PluginKind>: Sendable {
    let entry: Catalog<Kind>.Entry
    /// Its settings as its own type reads them.
    public let configuration: Kind.Configuration
    /// The same as a complete tree.
    public let settings: ConfigurationValue

    /// The plugin's name.
    public var name: String { entry.name }
    /// The plugin's type, for what it declares statically.
    public var type: Kind.Declared { entry.type }

    /// Builds the plugin.
    package func make(_ context: Kind.Context) throws -> Kind.Product {
      try entry.make(settings, Kind.name, context)
    }
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
    regularizer = try resolver.choice(RegularizerKind.self)
    let method = regularizer.type
    dataset = try resolver.choice(DatasetKind.self)
    encoder = try resolver.choice(EncoderKind.self)
    decoder = try resolver.choice(DecoderKind.self)
    posterior = try resolver.choice(PosteriorKind.self, own: method.defaultPosterior)
    prior = try resolver.choice(PriorKind.self, own: method.defaultPrior)
    memory = try resolver.choice(MemoryKind.self, own: method.defaultMemory)
    try Self.check(memory.name, under: method)
    latent = try resolver.settings(in: "latent")
    reconstruction = try resolver.settings(in: "reconstruction")
    optimizer = try resolver.choice(OptimizerKind.self)
    schedule = try resolver.settings(in: "schedule")
    training = try resolver.settings(in: "training")
    record = try resolver.settings(in: "record")
    tree = resolver.tree
  }

  private static func check(_ memory: String, under method: any RegularizerPlugin.Type) throws {
    if !method.takesSamples, memory != method.defaultMemory {
      throw ConfigurationError.incompatible(
        "the regularizer \"\(method.name)\" looks at no samples of codes, so memory=\(memory) would change nothing; "
          + "leave memory out, or choose another regularizer")
    }
  }
}

extension Experiment {
  /// The settings of the sections in which no plugin is chosen, such as `training`, in the order of a file.
  public static var sections: [(name: String, settings: [SettingDescription])] {
    Section.all.compactMap { section in
      if case .plain(let name, let type) = section { (name, type.settings) } else { nil }
    }
  }

  /// Whether a plugin of that kind is chosen in a configuration.
  public static func hasSection(for kind: String) -> Bool { Section.named(kind) != nil }

  /// The keys that may be written without their section: those of the sections without plugins, and of the optimizer
  /// that is taken where none is named.
  static func shortKeys(_ optimizers: OptimizerCatalog) -> [String] {
    Section.all.flatMap { section -> [String] in
      let settings: [SettingDescription] =
        switch section {
        case .plain(_, let type): type.settings
        case .plugin(let kind, let standard):
          kind == OptimizerKind.self ? optimizers.entries.first { $0.name == standard }?.settings ?? [] : []
        }
      return settings.map { "\(section.name).\($0.key)" }
    }
  }

  /// The whole key that a short one stands for, as `training.seed` for `seed`; what is no short key, or that of several
  /// sections, stays as it is.
  ///
  /// - Parameter optimizers: With them, `weightDecay` stands for `optimizer.weightDecay`.
  public static func fullKey(_ key: String, optimizers: OptimizerCatalog = OptimizerCatalog()) -> String {
    if key.contains(".") { return key }
    let found = shortKeys(optimizers).filter { $0.hasSuffix("." + key) }
    return found.count == 1 ? found[0] : key
  }

  /// The plugin that a section has where none is named; `nil` where that depends on the other sections.
  public static func standardChoice(in section: String) -> String? { Section.named(section)?.standard }

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
