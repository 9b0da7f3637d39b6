import MoCAProtocols
import Runner
import Terminal

/// The reference of plugins as Markdown: what `moca list --markdown` prints and `Docs/Methods.md` holds.
struct ReferencePage {
  private let catalogs: Catalogs
  private let plugins: [PluginSummary]

  /// A page about `plugins`; encoder and decoder of one name get one entry.
  init(_ plugins: [PluginSummary], in catalogs: Catalogs) {
    self.catalogs = catalogs
    self.plugins = plugins
  }

  /// The entries, each under a heading of the third level.
  var text: String {
    plugins.filter { !isSecondHalf($0) }.map(entry).joined(separator: "\n\n")
  }

  private func isSecondHalf(_ plugin: PluginSummary) -> Bool {
    plugin.kind == catalogs.decoders.kind
      && plugins.contains { $0.kind == catalogs.encoders.kind && $0.name == plugin.name }
  }

  private func entry(_ plugin: PluginSummary) -> String {
    let type = plugin.type
    let parts = [
      "### `\(plugin.name)`", Markdown.escaped(sentence(plugin.type.summary)),
      Markdown.escaped(paragraph(type.about)), formula(type.formula),
      facts(catalogs.regularizers.declared(plugin)).joined(separator: "\n"), settings(plugin),
      "Source: " + source(plugin.type.reference),
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }

  private func paragraph(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private func formula(_ text: String) -> String { text.isEmpty ? "" : "```text\n\(text)\n```" }

  private func source(_ reference: Citation) -> String {
    let text = Markdown.escaped(reference.text)
    return reference.url.map { "[\(text)](\($0))" } ?? "\(text)."
  }

  private func settings(_ plugin: PluginSummary) -> String {
    if plugin.settings.isEmpty { return "No settings." }
    return Markdown.table(
      ["setting", "default", "allowed", "meaning", "where the default comes from"],
      plugin.settings.map { setting in
        [
          "`\(setting.key)`", "`\(setting.defaultValue.text ?? setting.defaultValue.json)`",
          Markdown.escaped(setting.allowed), Markdown.escaped(setting.help),
          setting.source.isEmpty ? "–" : Markdown.escaped(setting.source),
        ]
      })
  }

  /// What a regularizer brings along, and what the conformance kit does not hold it to.
  private func facts(_ type: (any RegularizerPlugin.Type)?) -> [String] {
    guard let type else { return [] }
    let choice = { (section: String, name: String?) in
      (name ?? Experiment.standardChoice(in: section)).map { "`\($0)`" } ?? "any"
    }
    let memory = type.takesSamples ? "`\(type.defaultMemory)`" : "none: it looks at no samples of codes"
    return [
      "- Pulls at: \(Self.name(of: type.subject))",
      "- Without a choice: prior \(choice("prior", type.defaultPrior)), "
        + "posterior \(choice("posterior", type.defaultPosterior)), memory \(memory)",
    ]
      + ConformanceCheck.allCases.compactMap { check in
        type.exceptions[check].map {
          "- Excepted from the check `\(check.rawValue)`: \(Markdown.escaped($0))"
        }
      }
  }

  private static func name(of subject: PenaltySubject) -> String {
    switch subject {
    case .codes: "the codes of a batch, towards the prior"
    case .posterior: "the distribution of each image's code"
    case .networks: "networks or images, not the codes of the batch alone"
    }
  }
}
