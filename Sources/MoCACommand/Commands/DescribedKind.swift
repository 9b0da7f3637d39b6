import MoCAProtocols
import Runner
import Terminal

/// What there is of a kind of plugins, for a word such as `prior`, `memories` or `backbone`.
struct DescribedKind {
  /// The kinds that the word stands for; `backbone` means two.
  let kinds: [String]
  private let word: String
  private let plugins: [PluginSummary]

  /// Nothing where the word is no kind.
  init?(_ word: String, in catalogs: Catalogs) {
    let meant = ListCommand.kinds(called: word)
    plugins = catalogs.summaries.filter { meant.contains($0.kind) }
    kinds = catalogs.kinds.filter { meant.contains($0) }
    self.word = meant[0] == "encoder" && kinds.count == 2 ? "backbone" : kinds.first ?? ""
    if kinds.isEmpty { return nil }
  }

  /// The words that are kinds.
  static func words(_ catalogs: Catalogs) -> [String] { catalogs.kinds + ["backbone"] }

  /// How one is chosen, and a line for each name of each kind.
  var text: String {
    let blocks = kinds.map { kind in
      let lines = Console.aligned(plugins.filter { $0.kind == kind }.map { ($0.name, $0.type.summary) })
      return kinds.count == 1 ? lines : "\(kind)\n" + Self.indented(lines)
    }
    let body = [choice] + blocks + ["see one with its settings: moca describe NAME"]
    return Console.bold(word) + "  " + Console.dimmed("kind") + "\n"
      + body.map(Self.indented).joined(separator: "\n\n")
  }

  private var choice: String {
    if word == "sampler" { return "choose one with: moca sample RUN --sampler NAME" }
    if word == "metric" || word == "extractor" { return "choose one with: moca evaluate RUN --\(word) NAME" }
    let standard = Experiment.standardChoice(in: kinds[0]) ?? "the regularizer's own"
    return "choose one with: \(word)=NAME (default: \(standard))"
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
  }
}
