import Foundation

/// A picture of `Docs/Architecture.md`: a fenced block whose lines are
///
/// ```
/// Name                 what it is   ← Other, Another ⇒ Reexported (External)
///  └ Above             a line below another and further right imports it
/// ```
struct Picture {
  /// Which of the page's pictures.
  enum Kind: String {
    case targets = "<!-- picture: targets -->"
    case folders = "<!-- picture: folders -->"
  }

  /// From top to bottom.
  private(set) var names: [String] = []
  /// What each imports.
  private(set) var arrows: [String: Set<String>] = [:]
  /// What each hands on to whoever imports it.
  private(set) var reexports: [String: Set<String>] = [:]
  /// The modules of other packages that each imports.
  private(set) var external: [String: Set<String>] = [:]

  /// What a target that imports as drawn can use: also what these hand on.
  func reachable(from name: String) -> Set<String> {
    let direct = arrows[name, default: []]
    return direct.union(direct.flatMap { reexports[$0, default: []] })
  }
}

extension Picture {
  /// Reads the picture; it is empty where the page has none.
  init(_ kind: Kind) {
    let page = Sources.root.appendingPathComponent("Docs/Architecture.md")
    let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    let block = text.components(separatedBy: kind.rawValue).dropFirst().first?.components(separatedBy: "```")
    var open: [(column: Int, names: [String])] = []
    for line in (block?.dropFirst().first ?? "").split(separator: "\n") {
      let head = line.prefix { " └├│".contains($0) }
      let parts = line.dropFirst(head.count).split(separator: "  ", maxSplits: 1)
      let own = Self.list(parts.first ?? "")
      let rest = parts.count > 1 ? parts[1] : ""
      open.removeAll { $0.column >= head.count }
      for name in own {
        names.append(name)
        arrows[name] = Set(open.last?.names ?? []).union(Self.list(rest, behind: "←"))
        reexports[name] = Set(Self.list(rest, behind: "⇒"))
        external[name] = Set(Self.list(rest, behind: "("))
      }
      open.append((head.count, own))
    }
  }

  /// `A, B` behind a mark, up to the next one.
  private static func list(_ text: Substring, behind mark: Character) -> [String] {
    guard let start = text.firstIndex(of: mark) else { return [] }
    return list(text[text.index(after: start)...].prefix { !"←⇒()".contains($0) })
  }

  private static func list(_ text: Substring) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
