import Ablation
import ArgumentParser
import Files
import Foundation
import MoCAProtocols
import Runner
import Templates
import Terminal

struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write the file of a new regularizer or backbone, ready to compile and to change.",
    discussion: """
      The file holds a small working method; the lines to change are marked. What to do next is printed.

      Examples:
        moca new regularizer energy-distance
        moca new backbone patches --output Sources/Backbones
        moca new backbone patches --target
      """)

  @Argument(help: "What to write: regularizer or backbone.")
  var kind: Kind

  @Argument(help: "The name on the command line, in small letters with dashes, such as energy-distance.")
  var name: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The Swift file to write, or the folder (default: a file of the type's name here).",
      valueName: "file|folder"),
    completion: .file(extensions: ["swift"]))
  var output: String?

  @Flag(
    help: ArgumentHelp(
      "Make the backbone a target of its own, with tests: run this in MoCA's repository.",
      discussion: "It is written to Sources/Backbones and Tests, and listed in Package.swift."))
  var target = false

  @Flag(help: "Replace a file that exists.")
  var force = false

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case regularizer, backbone

    fileprivate var template: PluginTemplate { self == .regularizer ? .regularizer : .backbone }
  }

  func run() throws {
    let template = kind.template
    if let objection = template.objection(to: name) { throw Failure(.usage, objection) }
    if let taken = CommandContext.catalogs.summaries.first(where: {
      kinds.contains($0.kind) && $0.name == name
    }) {
      throw Failure(
        .usage,
        "the \(taken.kind) \"\(name)\" exists already (\(taken.type.summary)); choose another name, or see it with: "
          + "moca describe \(name)")
    }
    if target { return try writeTarget(template) }
    let url = try destination()
    try write(template.file(named: name), to: url)
    print(Console.path(url))
    Console.note("\n" + nextSteps(template, file: Console.path(url)))
  }

  /// The files first: a manifest that lists what is not there would stop every build.
  private func writeTarget(_ template: PluginTemplate) throws {
    guard let tests = template.tests(named: name) else {
      throw Failure(
        .usage, "--target is for backbones; a \(kind.rawValue) is one file in a target that is there")
    }
    if output != nil { throw Failure(.usage, "--target says where the files go; leave --output out") }
    let folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    guard let target = BackboneTarget(type: PluginTemplate.typeName(of: name), in: folder) else {
      throw Failure(
        .usage,
        "--target works in the folder of MoCA's repository, and \(folder.path) has no Package.swift of MoCA; go "
          + "there first, or leave --target out for a package of your own")
    }
    let files = [target.file: template.file(named: name), target.tests: tests]
    for folder in files.keys.map({ $0.deletingLastPathComponent() }).sorted(by: { $0.path < $1.path }) {
      if !force, FileManager.default.fileExists(atPath: folder.path) {
        throw Failure(
          .usage,
          "\(Console.path(folder)) exists already; choose another name, or replace its files with --force")
      }
    }
    for (url, text) in files {
      let folder = url.deletingLastPathComponent()
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw StorageError.disk(path: folder.path, reason: error.localizedDescription)
      }
      try write(text, to: url)
    }
    try write(target.listed, to: target.manifestURL)
    print(Console.path(target.file))
    Console.note("\n" + nextSteps(template, target))
  }

  /// The folder is there; what the system refuses now is the disk's affair.
  private func write(_ text: String, to url: URL) throws {
    do {
      try AtomicFile.write(Data(text.utf8), to: url)
    } catch StorageError.missing {
      throw StorageError.disk(
        path: url.path, reason: "cannot be created in that folder; choose another --output")
    }
  }

  private var kinds: [String] { kind == .regularizer ? ["regularizer"] : ["encoder", "decoder"] }

  /// Where the file goes; refused where something is there or the folder is not.
  private func destination() throws -> URL {
    if output?.isEmpty == true { throw Failure(.usage, "--output is empty; give a file or a folder") }
    let fileName = PluginTemplate.typeName(of: name) + ".swift"
    var url = URL(fileURLWithPath: output ?? fileName)
    if Self.isFolder(url) || output?.hasSuffix("/") == true { url.appendPathComponent(fileName) }
    let folder = url.deletingLastPathComponent()
    if !Self.isFolder(folder) {
      throw Failure(.usage, "the folder \(folder.path) of --output does not exist; make it first")
    }
    if Self.isFolder(url) { throw Failure(.usage, "\(url.path) is a folder; give the name of a Swift file") }
    if url.pathExtension != "swift" {
      throw Failure(
        .usage,
        "\(Console.path(url)) is no folder and does not end in .swift; give a folder that exists, or the name of "
          + "a Swift file")
    }
    if !force, FileManager.default.fileExists(atPath: url.path) {
      throw Failure(
        .usage, "\(Console.path(url)) exists already; choose another --output, or replace it with --force")
    }
    return url
  }

  private static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }

  private func nextSteps(_ template: PluginTemplate, file: String) -> String {
    let type = PluginTemplate.typeName(of: name)
    let own = template.additions.map {
      "catalogs.\($0.catalog) = catalogs.\($0.catalog).adding(\(type)\($0.suffix).self)"
    }
    let shipped = template.additions.map { ".adding(\(type)\($0.suffix).self)     in \($0.file)" }
    return """
      1. Change what the comments in \(file) say, and take the comments out.
      2. Make it known. In a package of your own, before MoCA.main(catalogs: catalogs):
      \(indented(own))
         In the MoCA repository:
      \(indented(shipped))
      3. Build, and try it with the program that you have built:
      \(indented(trials))
      """
  }

  private func nextSteps(_ template: PluginTemplate, _ target: BackboneTarget) -> String {
    let additions = template.additions.map { ".adding(\(target.type)\($0.suffix).self)" }
    return """
      Package.swift has the target \(target.name) now, with tests in \(Console.path(target.tests)).
      1. Change what the comments in \(Console.path(target.file)) say, and take the comments out.
      2. Build and test it alone:
           swift build -c release --target \(target.name)
           swift test -c release --filter \(target.name)Tests
      3. Make it known, in Sources/Backbones/Catalog.swift:
      \(indented(["import \(target.name)"] + additions))
         To leave it out, take out these lines and its name in Package.swift.
      4. Build, and try it with the program that you have built:
      \(indented(trials))
      """
  }

  private var trials: [String] {
    [
      "moca describe \(name)", kind == .regularizer ? "moca check regularizer \(name)" : nil,
      "moca train \(kind.rawValue)=\(name) training.steps=100",
    ].compactMap(\.self)
  }

  private func indented(_ lines: [String]) -> String { lines.map { "     \($0)" }.joined(separator: "\n") }
}
