import ArgumentParser
import MoCAProtocols
import Runner

/// `moca describe`.
struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Explain a plugin or a section of the configuration: its source and every setting.",
    discussion: """
      Keys are shown as they are written in a file's section or as key=value.

      Examples:
        moca describe moca
        moca describe convolutional      the encoder and the decoder of that name
        moca describe training           a section without plugins
        moca describe momentum-queue --json
      """)

  @Argument(help: "A plugin, or a section such as training.", completion: Completion.names)
  var name: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let catalogs = CommandContext.catalogs
    let topics = Topic.all(catalogs)
    let chosen = topics.filter { $0.name == name }
    let shown = chosen.isEmpty ? topics.filter { $0.kind == name } : chosen
    if shown.isEmpty {
      let names = topics.map(\.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      throw Failure(.usage, "nothing is called \"\(name)\"" + suggestion(for: name, among: names))
    }
    if json {
      print("[\n  " + shown.map(\.tree.json).joined(separator: ",\n  ") + "\n]")
    } else {
      print(shown.map { $0.text(catalogs) }.joined(separator: "\n\n"))
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

  static func all(_ catalogs: Catalogs) -> [Topic] {
    let plugins = catalogs.summaries.map {
      Topic(kind: $0.kind, name: $0.name, summary: $0.summary, reference: $0.reference, settings: $0.settings)
    }
    return plugins
      + Experiment.sections.map {
        Topic(kind: "section", name: $0.name, summary: nil, reference: nil, settings: $0.settings)
      }
  }

  private var section: String { kind == "section" ? name : kind }

  private func rows() -> [[ConfigurationValue]] {
    settings.map { setting in
      [
        .string("\(section).\(setting.key)"),
        .string(setting.defaultValue.text ?? setting.defaultValue.json), .string(setting.allowed),
        .string(setting.help),
      ]
    }
  }

  var tree: ConfigurationValue {
    .object([
      .init("kind", .string(kind)), .init("name", .string(name)),
      .init("summary", summary.map { .string($0) } ?? .null),
      .init("reference", reference.map { .string($0.text) } ?? .null),
      .init("url", reference?.url.map { .string($0) } ?? .null),
      .init(
        "settings",
        .list(
          settings.map {
            .object([
              .init("key", .string("\(section).\($0.key)")), .init("default", $0.defaultValue),
              .init("allowed", .string($0.allowed)), .init("help", .string($0.help)),
            ])
          })),
    ])
  }

  func text(_ catalogs: Catalogs) -> String {
    var lines = [Console.bold("\(name)") + "  " + Console.dimmed(kind)]
    lines += [summary, reference?.text, reference?.url, choice(catalogs)].compactMap(\.self).map { "  \($0)" }
    if settings.isEmpty { return (lines + ["", "  no settings"]).joined(separator: "\n") }
    var table = TextTable(columns: ["key", "default", "allowed", "meaning"])
    for row in rows() { table.append(row) }
    let text = table.text(width: Console.width.map { $0 - 2 })
    return (lines + [""] + text.split(separator: "\n").map { "  \($0)" }).joined(separator: "\n")
  }

  /// How the plugin is chosen, and what it brings along.
  private func choice(_ catalogs: Catalogs) -> String? {
    switch kind {
    case "section": return nil
    case "sampler": return "choose it with: moca sample RUN --sampler \(name)"
    case "encoder", "decoder":
      return "choose it with: \(kind)=\(name), or backbone=\(name) for encoder and decoder\(standard)"
    case "regularizer":
      let type = try? catalogs.regularizers.entry(named: name).type as? any RegularizerPlugin.Type
      let memory = type.map {
        $0.takesSamples ? "; its memory is \($0.defaultMemory) unless you choose one" : ""
      }
      return "choose it with: regularizer=\(name)\(standard)\(memory ?? "")"
    default: return "choose it with: \(kind)=\(name)\(standard)"
    }
  }

  private var standard: String { Experiment.standardChoice(in: kind) == name ? " (the default)" : "" }
}
