import ArgumentParser
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List every name that can be chosen, by kind, and what goes together.",
    discussion: """
      Examples:
        moca list
        moca list regularizer
        moca list 'wae*'              names that fit a pattern
        moca list dataset --json
        moca list --matrix            which regularizer goes with which prior, posterior and memory
        moca list regularizer --markdown > methods.md     the reference of each, with formulas and sources
      """)

  @Argument(
    help: ArgumentHelp(
      "A kind such as regularizer or dataset, or a name with * and ?.", valueName: "kind|pattern"),
    completion: Completion.kinds)
  var filter: String?

  @Flag(help: "Show what goes with each regularizer, found by building it, and why the rest does not.")
  var matrix = false

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print Markdown: the whole reference of what is listed, or the matrix.")
  var markdown = false

  func validate() throws {
    if json, markdown { throw ValidationError("--json and --markdown exclude each other") }
  }

  func run() throws {
    let catalogs = CommandContext.catalogs
    let plugins = try filter.map { try Self.plugins(fitting: $0, in: catalogs) } ?? catalogs.summaries
    if matrix {
      let report = MatrixReport(
        try CompatibilityMatrix(catalogs, regularizers: regularizers(of: plugins, in: catalogs)))
      print(json ? report.json : markdown ? report.markdown : report.text)
    } else if markdown {
      print(ReferencePage(plugins, in: catalogs).text)
    } else {
      print(json ? Self.table(plugins).json : Self.text(plugins))
    }
  }

  private func regularizers(of plugins: [PluginSummary], in catalogs: Catalogs) throws -> [String] {
    let names = plugins.filter { $0.kind == catalogs.regularizers.kind }.map(\.name)
    if names.isEmpty, let filter {
      throw Failure(
        .usage,
        "the rows of the matrix are regularizers, and none fits \"\(filter)\""
          + suggestion(for: filter, among: catalogs.regularizers.names))
    }
    return names
  }

  /// The plugins of a kind, singular or plural, or those whose names fit a pattern.
  private static func plugins(fitting filter: String, in catalogs: Catalogs) throws -> [PluginSummary] {
    let all = catalogs.summaries
    let kinds = kinds(called: filter)
    let ofKind = all.filter { kinds.contains($0.kind) }
    if !ofKind.isEmpty { return ofKind }
    let named = all.filter { matches($0.name[...], filter[...]) }
    if !named.isEmpty { return named }
    throw Failure(
      .usage, "no kind and no name fits \"\(filter)\"" + suggestion(for: filter, among: catalogs.kinds))
  }

  /// The kinds that a word may stand for, singular or plural; at least one, which need not be there.
  static func kinds(called word: String) -> [String] {
    ["backbone", "backbones"].contains(word) ? ["encoder", "decoder"] : [word, singular(word)]
  }

  private static func singular(_ word: String) -> String {
    word.hasSuffix("ies") ? word.dropLast(3) + "y" : word.hasSuffix("s") ? String(word.dropLast()) : word
  }

  /// Whether a name fits a pattern in which `*` stands for anything and `?` for one character.
  static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return name.indices.contains { matches(name[$0...], pattern.dropFirst()) }
        || matches(name[name.endIndex...], pattern.dropFirst())
    }
    guard let letter = name.first, first == "?" || first == letter else { return false }
    return matches(name.dropFirst(), pattern.dropFirst())
  }

  private static func table(_ plugins: [PluginSummary]) -> TextTable {
    var table = TextTable(columns: ["kind", "name", "summary", "reference", "url"])
    for plugin in plugins {
      table.append([
        .string(plugin.kind), .string(plugin.name), .string(plugin.type.summary),
        .string(plugin.type.reference.text),
        plugin.type.reference.url.map { .string($0) } ?? .null,
      ])
    }
    return table
  }

  /// A block for each kind: a line for each plugin, its source below it.
  private static func text(_ plugins: [PluginSummary]) -> String {
    let width = plugins.map(\.name.count).max() ?? 0
    let kinds = plugins.map(\.kind).uniqued()
    let blocks = kinds.map { kind in
      let lines = plugins.filter { $0.kind == kind }.map { plugin in
        let name = plugin.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
        let indent = String(repeating: " ", count: width + 4)
        return "  \(name)\(plugin.type.summary)\n" + Console.dimmed("\(indent)\(plugin.type.reference.text)")
      }
      return ([Console.bold(kind)] + lines).joined(separator: "\n")
    }
    return blocks.joined(separator: "\n\n")
  }
}
