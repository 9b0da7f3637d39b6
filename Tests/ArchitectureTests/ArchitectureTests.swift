import Foundation
import Testing

/// The pictures in `Docs/Architecture.md`, checked against the sources: nothing is listed here a second time.
@Suite("The layers import downwards only, as the pictures show")
struct ArchitectureTests {
  private static let sources = Sources()
  private static let targets = Picture(.targets)
  private static let folders = Picture(.folders)

  @Test("the pictures are found, and every target under Sources has its place in the first")
  func targetsAreDrawn() throws {
    #expect(Self.targets.names.count > 20, "the picture of the targets was not read")
    #expect(Set(Self.targets.names) == Set(Self.sources.targets.map(\.name)))
  }

  @Test("every import of a target is an arrow of the picture, also those that re-exports bring")
  func importsAreDrawn() {
    for target in Self.sources.targets {
      let drawn = Self.targets.reachable(from: target.name)
      let wrong = target.imports.filter {
        Self.targets.names.contains($0.module) && !drawn.contains($0.module)
      }
      #expect(wrong.isEmpty, "\(target.name): draw these in Docs/Architecture.md, or do without")
    }
  }

  @Test("every arrow of the picture is an import")
  func arrowsAreUsed() {
    for target in Self.sources.targets where !target.imports.isEmpty {
      let used = Set(target.imports.map(\.module))
      let unused = Self.targets.arrows[target.name, default: []].subtracting(used)
      #expect(unused.isEmpty, "\(target.name) does not import these; take the arrows out of the picture")
    }
  }

  @Test("what a target re-exports stands in the picture behind ⇒")
  func reexportsAreDrawn() {
    for target in Self.sources.targets {
      let exported = Set(target.imports.filter(\.isExported).map(\.module))
      #expect(exported == Self.targets.reexports[target.name, default: []], "\(target.name)")
    }
  }

  @Test("modules from outside are imported only where the picture names them in brackets")
  func externalModules() {
    let toolchain: Set = [
      "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin", "Swift",
    ]
    for target in Self.sources.targets {
      let found = Set(target.imports.map(\.module)).subtracting(toolchain).subtracting(Self.targets.names)
      #expect(found == Self.targets.external[target.name, default: []], "\(target.name)")
    }
  }

  @Test("a backbone with a target of its own imports nothing of this package but MoCAProtocols")
  func ownBackbones() {
    for target in Self.sources.backbones {
      let wrong = target.imports.filter {
        Self.targets.names.contains($0.module) && $0.module != "MoCAProtocols"
      }
      #expect(wrong.isEmpty, "\(target.name)")
    }
  }

  @Test("neither picture has a cycle")
  func noCycle() {
    for picture in [Self.targets, Self.folders] {
      var remaining = picture.arrows
      while let leaf = remaining.first(where: { $0.value.isDisjoint(with: remaining.keys) }) {
        remaining[leaf.key] = nil
      }
      #expect(remaining.isEmpty)
    }
  }

  @Test("the folders of a target use each other's types as the second picture shows")
  func foldersAreDrawn() {
    for target in Self.sources.targets {
      let used = target.folderArrows
      for (folder, others) in used {
        #expect(others == Self.folders.arrows[folder, default: []], "\(folder)")
      }
    }
    let known = Set(Self.sources.targets.flatMap { $0.folderArrows.keys })
    #expect(Set(Self.folders.names).isSubset(of: known), "the second picture has folders that are not there")
  }

  @Test("no target is larger than 3,500 lines, the command line than 5,000")
  func sizes() {
    for target in Self.sources.targets {
      let limit = target.name == "MoCACommand" ? 5_000 : 3_500
      #expect(target.lineCount <= limit, "\(target.name)")
    }
  }

  @Test("every library product has a page in DocC")
  func catalogues() throws {
    let manifest = try String(
      contentsOf: Sources.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    let products = manifest.matches(of: /\.library\(name: "(\w+)"/).map { String($0.1) }
    #expect(products.count >= 9)
    for name in products {
      let page = Sources.root.appendingPathComponent("Sources/\(name)/\(name).docc/\(name).md")
      #expect(FileManager.default.fileExists(atPath: page.path), "\(name)")
    }
  }

  @Test("libtorch's headers are included in CTorch only, and never in its public header")
  func libtorchHeaders() {
    let prefixes = ["#include <ATen/", "#include <torch/", "#include <c10/", "#include <ATen.h"]
    let found = Self.sources.targets.flatMap(\.allFiles).filter { file in
      prefixes.contains { file.text.contains($0) }
    }.map(\.path)
    #expect(found.count >= 5)
    #expect(found.allSatisfy { $0.hasPrefix("CTorch/") && !$0.hasPrefix("CTorch/include/") }, "\(found)")
  }

  @Test("only Torch imports CTorch")
  func onlyTorchImportsTheShim() {
    let importers = Self.sources.targets.filter { $0.imports.contains { $0.module == "CTorch" } }
    #expect(importers.map(\.name) == ["Torch"])
  }
}
