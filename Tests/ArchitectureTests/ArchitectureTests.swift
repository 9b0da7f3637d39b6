import Foundation
import Testing

/// The arrows of the picture in `Docs/Architecture.md`, checked against the sources.
@Suite("The layers import downwards only")
struct ArchitectureTests {
  /// What each target may import of this package. A folder in Sources/Backbones is a target of its own, which Backbones
  /// may import.
  private static let allowed: [String: Set<String>] = {
    var allowed = drawn
    for folder in backboneFolders {
      allowed["\(folder)Backbone"] = ["MoCAProtocols"]
      allowed["Backbones"]?.insert("\(folder)Backbone")
    }
    return allowed
  }()

  private static var backboneFolders: [String] {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: sources.appendingPathComponent("Backbones").path)
    return (names ?? []).filter { !$0.contains(".") }
  }

  /// The arrows between the targets that the picture names.
  private static let drawn: [String: Set<String>] = [
    "PluginKit": [],
    "Torch": ["CTorch"],
    "TorchNN": ["Torch"],
    "MoCAProtocols": ["PluginKit", "Torch", "TorchNN"],
    "Backbones": ["MoCAProtocols"],
    "Regularizers": ["MoCAProtocols"],
    "Priors": ["MoCAProtocols"],
    "Metrics": ["MoCAProtocols"],
    "Extractors": ["MoCAProtocols"],
    "Conformance": ["MoCAProtocols", "Metrics"],
    "Datasets": ["PluginKit", "CArchive", "CTurboJPEG", "CPNG"],
    "Runner": [
      "PluginKit", "Torch", "TorchNN", "MoCAProtocols", "Datasets", "Extractors", "Metrics", "EventLog",
      "CZstd",
    ],
    "EventLog": [],
    "Launchers": ["PluginKit", "Runner"],
    "Reports": ["MoCAProtocols", "Runner"],
    "MoCACommand": [
      "PluginKit", "Torch", "TorchNN", "MoCAProtocols", "Backbones", "Regularizers", "Priors", "Metrics",
      "Datasets", "Extractors", "Runner", "Conformance", "Launchers", "Reports",
    ],
    "moca": ["MoCACommand"],
    "CTorch": [], "CZstd": [], "CArchive": [], "CTurboJPEG": [], "CPNG": [],
  ]

  /// Who may import a module from outside the package; whatever is not listed here comes with the toolchain.
  private static let external: [String: Set<String>] = [
    "Yams": ["PluginKit"],
    "ArgumentParser": ["MoCACommand"],
    "Mustache": ["Reports"],
    "SwiftProtobuf": ["EventLog"],
    "Crypto": ["Datasets", "Extractors", "Runner"],
  ]

  /// Modules of the Swift toolchain.
  private static let toolchain: Set<String> = [
    "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc",
    "Musl", "Darwin", "Swift",
  ]

  private struct Import: CustomStringConvertible {
    let target: String
    let module: String
    let place: String

    var description: String { "\(place): \(target) imports \(module)" }
  }

  private static var sources: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources")
  }

  private static func targets() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The files of a target that end in one of `extensions`, with their text.
  private static func files(of target: String, _ extensions: Set<String>) throws -> [(
    path: String, text: String
  )] {
    let folder = sources.appendingPathComponent(target).resolvingSymlinksInPath()
    guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else {
      return []
    }
    return try walk.compactMap { $0 as? URL }.filter { extensions.contains($0.pathExtension) }.map {
      (target + $0.path.dropFirst(folder.path.count), try String(contentsOf: $0, encoding: .utf8))
    }
  }

  /// The import lines of a target, with attributes, access levels and kinds of declaration taken off.
  private static func imports(of target: String) throws -> [Import] {
    try files(of: target, ["swift"]).flatMap { path, text in
      text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
        let line = line.split(separator: "//", omittingEmptySubsequences: false).first ?? ""
        let words = line.split(whereSeparator: \.isWhitespace).drop { word in
          word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
        }
        guard words.first == "import" else { return nil }
        let kinds: Set<Substring> = [
          "class", "enum", "struct", "func", "let", "var", "protocol", "typealias",
        ]
        let module = words.dropFirst().drop { kinds.contains($0) }.first?.split(separator: ".").first
        return module.map { Import(target: target, module: String($0), place: "\(path):\(number + 1)") }
      }
    }
  }

  @Test("every target under Sources has its place in the picture")
  func targetsAreKnown() throws {
    let unknown = try Self.targets().filter { Self.allowed[$0] == nil }
    #expect(unknown.isEmpty, "add the target to the picture in Docs/Architecture.md and to this test")
  }

  @Test("every arrow between targets is in the picture")
  func arrows() throws {
    let imports = try Self.targets().flatMap(Self.imports)
    #expect(imports.count > 50, "the import lines were not found")
    let wrong = imports.filter { found in
      Self.allowed[found.module] != nil && !(Self.allowed[found.target]?.contains(found.module) ?? false)
    }
    #expect(wrong.isEmpty)
  }

  @Test("modules from outside are imported only where they are declared to be")
  func externalModules() throws {
    let wrong = try Self.targets().flatMap(Self.imports).filter { found in
      if Self.allowed[found.module] != nil || Self.toolchain.contains(found.module) { return false }
      return !(Self.external[found.module]?.contains(found.target) ?? false)
    }
    #expect(wrong.isEmpty)
  }

  @Test("the picture has no cycle")
  func noCycle() {
    var remaining = Self.allowed
    while let leaf = remaining.first(where: { $0.value.isDisjoint(with: remaining.keys) }) {
      remaining[leaf.key] = nil
    }
    #expect(remaining.isEmpty)
  }

  @Test("libtorch's headers are included in CTorch only, and never in its public header")
  func libtorchHeaders() throws {
    let prefixes = ["#include <ATen/", "#include <torch/", "#include <c10/", "#include <ATen.h"]
    let isLibtorch = { (text: String) in prefixes.contains { text.contains($0) } }
    var found: [String] = []
    for target in try Self.targets() {
      for (path, text) in try Self.files(of: target, ["h", "hpp", "c", "cc", "cpp", "swift", "modulemap"]) {
        if isLibtorch(text) { found.append(path) }
      }
    }
    #expect(found.count >= 5)
    #expect(found.allSatisfy { $0.hasPrefix("CTorch/") && !$0.hasPrefix("CTorch/include/") }, "\(found)")
  }

  @Test("only Torch imports CTorch")
  func onlyTorchImportsTheShim() throws {
    let importers = Set(
      try Self.targets().flatMap(Self.imports).filter { $0.module == "CTorch" }.map(\.target))
    #expect(importers == ["Torch"])
  }
}
