import Foundation

/// The targets under `Sources`, as text.
struct Sources {
  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  let targets: [Target]
  /// The folders of Sources/Backbones: targets of their own below it, which the picture leaves out.
  let backbones: [Target]

  init() {
    let folder = Self.root.appendingPathComponent("Sources")
    let names = { (url: URL) in
      ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).filter { !$0.hasPrefix(".") }
        .sorted()
    }
    let own = folder.appendingPathComponent("Backbones").resolvingSymlinksInPath()
    backbones = names(own).filter { !$0.contains(".") }.map {
      Target(name: "\($0)Backbone", folder: own.appendingPathComponent($0))
    }
    let left = Set(backbones.map(\.name))
    targets = names(folder).map {
      let target = Target(name: $0, folder: folder.appendingPathComponent($0).resolvingSymlinksInPath())
      return $0 == "Backbones" ? target.filesBesideFolders(without: left) : target
    }
  }

  /// One file.
  struct File {
    /// From `Sources` on.
    let path: String
    /// Its folder in the target; empty for one beside the folders.
    let folder: String
    let text: String
  }

  /// One import line.
  struct Import {
    let module: String
    let isExported: Bool
    let place: String
  }

  /// One folder of `Sources`.
  struct Target {
    let name: String
    let allFiles: [File]
    let imports: [Import]
    /// Which folders use types of which, as in `Runner/Training` of `Runner/Model`; the files beside the folders are
    /// `Runner/.`.
    let folderArrows: [String: Set<String>]
    /// Lines of Swift written by hand.
    let lineCount: Int
  }
}

extension Sources.Target {
  init(name: String, folder: URL) {
    let kinds: Set = ["swift", "h", "hpp", "c", "cc", "cpp", "modulemap"]
    let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let files = (walk?.compactMap { $0 as? URL } ?? []).filter { kinds.contains($0.pathExtension) }.map {
      url in
      let inside = url.path.dropFirst(folder.path.count + 1)
      let parts = inside.split(separator: "/")
      return Sources.File(
        path: "\(name)/\(inside)", folder: parts.count > 1 ? String(parts[0]) : "",
        text: (try? String(contentsOf: url, encoding: .utf8)) ?? "")
    }
    self.init(name: name, files: files)
  }

  /// The target without its folders, and without imports of `modules`.
  fileprivate func filesBesideFolders(without modules: Set<String>) -> Self {
    Self(name: name, files: allFiles.filter(\.folder.isEmpty), hidden: modules)
  }

  private init(name: String, files: [Sources.File], hidden: Set<String> = []) {
    self.name = name
    allFiles = files
    let swift = allFiles.filter { $0.path.hasSuffix(".swift") }
    imports = swift.flatMap(Self.imports).filter { !hidden.contains($0.module) }
    folderArrows = Self.folderArrows(name, swift)
    lineCount = swift.filter { $0.folder != "Generated" }
      .reduce(0) { $0 + $1.text.count { $0 == "\n" } }
  }

  /// The import lines of a file, with attributes, access levels and kinds of declaration taken off.
  private static func imports(in file: Sources.File) -> [Sources.Import] {
    let lines = codeOnly(file.text).split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().compactMap { number, line in
      let all = line.split(whereSeparator: \.isWhitespace)
      let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
      let words = all.drop { $0.hasPrefix("@") || levels.contains($0) }
      guard words.first == "import" else { return nil }
      let kinds: Set<Substring> = ["class", "enum", "struct", "func", "let", "var", "protocol", "typealias"]
      let module = words.dropFirst().drop { kinds.contains($0) }.first?.split(separator: ".").first
      let isExported = all.contains("@_exported")
      return module.map {
        Sources.Import(module: String($0), isExported: isExported, place: "\(file.path):\(number + 1)")
      }
    }
  }

  /// Which folders name a type that another one declares. Comments and texts do not count.
  private static func folderArrows(_ target: String, _ files: [Sources.File]) -> [String: Set<String>] {
    let code = Dictionary(grouping: files, by: \.folder).mapValues { files in
      files.map { codeOnly($0.text) }.joined(separator: "\n")
    }
    if code.count < 2 { return [:] }
    let declaration =
      /(?m)^(?:(?:public|package|final|indirect)\s+)*(?:struct|class|enum|protocol|typealias)\s+(\w+)/
    let declared = code.mapValues { text in Set(text.matches(of: declaration).map { String($0.1) }) }
    let words = code.mapValues { text in
      Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    }
    let name = { (folder: String) in "\(target)/\(folder.isEmpty ? "." : folder)" }
    return code.keys.reduce(into: [:]) { arrows, folder in
      let used = declared.filter { other, types in
        other != folder && !types.isDisjoint(with: words[folder, default: []])
      }
      arrows[name(folder)] = Set(used.keys.map(name))
    }
  }

  /// The text without comments and without what stands in quotes.
  private static func codeOnly(_ text: String) -> String {
    var end: String?
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      if let mark = end {
        if line.contains(mark) { end = nil }
        return ""
      }
      if let start = line.firstRange(of: "\"\"\"") {
        let mark = line[..<start.lowerBound].hasSuffix("#") ? "\"\"\"#" : "\"\"\""
        if !line[start.upperBound...].contains(mark) { end = mark }
        return ""
      }
      let code = line.replacing(/"(?:\\.|[^"\\])*"/, with: "")
      return String(code.split(separator: "//", omittingEmptySubsequences: false).first ?? "")
    }.joined(separator: "\n")
  }
}
