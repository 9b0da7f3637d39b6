import ArgumentParser
import MoCAProtocols
import Runner
import Terminal

struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Explain a plugin or a section of the configuration: what it is, its source and every setting.",
    discussion: """
      Keys are shown as they are written in a file's section or as key=value.

      Examples:
        moca describe moca
        moca describe convolutional      the encoder and the decoder of that name
        moca describe backbone           what there is of a kind
        moca describe training           a section without plugins
        moca describe momentum-queue --json
      """)

  @Argument(
    help: "A plugin, a kind such as prior, or a section such as training.", completion: Completion.names)
  var name: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let catalogs = CommandContext.catalogs
    let topics = Topic.all(catalogs)
    let named = topics.filter { $0.name == name }
    // A word can be both: "prior" is a sampler and a kind.
    let kind = DescribedKind(name, in: catalogs)
    if named.isEmpty, kind == nil {
      let names = topics.map(\.name).uniqued()
      throw Failure(
        .usage,
        "nothing is called \"\(name)\"" + suggestion(for: name, among: names + DescribedKind.words(catalogs)))
    }
    if json {
      let shown = named + topics.filter { kind?.kinds.contains($0.kind) ?? false }
      print("[\n  " + shown.map(\.tree.json).joined(separator: ",\n  ") + "\n]")
    } else {
      print((named.map { $0.text(catalogs) } + (kind.map { [$0.text] } ?? [])).joined(separator: "\n\n"))
    }
  }
}

/// A plugin, or a section of the configuration in which no plugin is chosen.
private struct Topic {
  let kind: String
  let name: String
  let summary: String?
  let reference: Citation?
  let settings: [SettingDescription]
  let type: (any Plugin.Type)?
  /// The same where it is a regularizer's.
  let method: (any RegularizerPlugin.Type)?

  static func all(_ catalogs: Catalogs) -> [Topic] {
    let plugins = catalogs.summaries.map {
      Topic(
        kind: $0.kind, name: $0.name, summary: $0.type.summary, reference: $0.type.reference,
        settings: $0.settings, type: $0.type,
        method: catalogs.regularizers.declared($0))
    }
    return plugins
      + Experiment.sections.map {
        Topic(
          kind: "section", name: $0.name, summary: nil, reference: nil, settings: $0.settings, type: nil,
          method: nil)
      }
  }

  private var section: String { kind == "section" ? name : kind }

  /// As it is written on the command line: settings of an extractor or a metric begin with its name.
  private func key(_ setting: SettingDescription) -> String {
    "\(["extractor", "metric"].contains(kind) ? name : section).\(setting.key)"
  }

  var tree: ConfigurationValue {
    .object([
      .init("kind", .string(kind)), .init("name", .string(name)),
      .init("summary", summary.map { .string($0) } ?? .null),
      .init("about", .string(type?.about ?? "")), .init("formula", .string(type?.formula ?? "")),
      .init("reference", reference.map { .string($0.text) } ?? .null),
      .init("url", reference?.url.map { .string($0) } ?? .null),
      .init(
        "settings",
        .list(
          settings.map {
            .object([
              .init("key", .string(key($0))), .init("default", $0.defaultValue),
              .init("allowed", .string($0.allowed)), .init("help", .string($0.help)),
              .init("source", .string($0.source)),
            ])
          })),
    ]).merged(with: regularizer)
  }

  /// What a regularizer says of itself beside that.
  private var regularizer: ConfigurationValue {
    guard let type = method else { return .empty }
    let exceptions = type.exceptions.sorted { $0.key.rawValue < $1.key.rawValue }
    return .object([
      .init("subject", .string(type.subject.rawValue)), .init("takesSamples", .boolean(type.takesSamples)),
      .init("defaultMemory", .string(type.defaultMemory)),
      .init("defaultPrior", type.defaultPrior.map { .string($0) } ?? .null),
      .init("defaultPosterior", type.defaultPosterior.map { .string($0) } ?? .null),
      .init("exceptions", .object(exceptions.map { .init($0.key.rawValue, .string($0.value)) })),
    ])
  }

  /// Blocks with an empty line between them, each indented below the name.
  func text(_ catalogs: Catalogs) -> String {
    let width = (Console.width ?? 110) - 2
    let head = [summary, reference?.text, reference?.url, choice(catalogs)].compactMap(\.self)
      .joined(separator: "\n")
    let formula = (type?.formula ?? "").split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    let about = Console.wrapped(type?.about ?? "", to: width)
    let blocks = [head, about, formula, settings.isEmpty ? "no settings" : table, sources(width)]
    let body = blocks.filter { !$0.isEmpty }.map { block in
      block.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    }
    return Console.bold(name) + "  " + Console.dimmed(kind) + "\n" + body.joined(separator: "\n\n")
  }

  private var table: String {
    var table = TextTable(columns: ["key", "default", "allowed", "meaning"])
    for setting in settings {
      table.append([
        .string(key(setting)), .string(setting.defaultValue.text ?? setting.defaultValue.json),
        .string(setting.allowed), .string(setting.help),
      ])
    }
    return table.text(width: Console.width.map { $0 - 2 })
  }

  /// Where the defaults come from, for the settings that say so.
  private func sources(_ width: Int) -> String {
    let known = settings.filter { !$0.source.isEmpty }
    if known.isEmpty { return "" }
    let lines = known.map { Console.wrapped("\(key($0)): \($0.source)", to: width - 2, indent: "    ") }
    return (["where the defaults come from:"] + lines.map { "  " + $0 }).joined(separator: "\n")
  }

  /// How the plugin is chosen, and what it brings along.
  private func choice(_ catalogs: Catalogs) -> String? {
    switch kind {
    case "section": nil
    case "sampler": "choose it with: moca sample RUN --sampler \(name)"
    case "extractor": "choose it with: moca evaluate RUN --extractor \(name)"
    case "metric": "choose it with: moca evaluate RUN --metric \(name)"
    case "encoder", "decoder":
      "choose it with: \(kind)=\(name), or backbone=\(name) for encoder and decoder\(standard)"
    case "regularizer": "choose it with: regularizer=\(name)\(standard)\(companions)"
    default: "choose it with: \(kind)=\(name)\(standard)"
    }
  }

  private var companions: String {
    guard let type = method else { return "" }
    let own = [
      type.takesSamples ? "its memory is \(type.defaultMemory)" : nil,
      type.defaultPrior.map { "its prior \($0)" }, type.defaultPosterior.map { "its posterior \($0)" },
    ].compactMap(\.self)
    return own.isEmpty ? "" : "; " + own.joined(separator: ", ") + " unless you choose one"
  }

  private var standard: String { Experiment.standardChoice(in: kind) == name ? " (the default)" : "" }
}
