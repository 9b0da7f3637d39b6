import Foundation
import Testing

@Suite("moca new")
struct NewTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: workspace[path], encoding: .utf8)
  }

  @Test("it writes a file named after the type, prints its path, and says what to do next")
  func regularizer() throws {
    let result = try workspace.moca(["new", "regularizer", "my-2nd-distance"])
    #expect(result.status == 0 && result.output == "My2ndDistance.swift\n", "\(result.errors)")
    let file = try text("My2ndDistance.swift")
    #expect(file.contains("public final class My2ndDistance: RegularizerPlugin {"))
    #expect(file.contains("public static let name = \"my-2nd-distance\""))
    #expect(!file.contains("__"))
    for step in [
      "catalogs.regularizers = catalogs.regularizers.adding(My2ndDistance.self)",
      ".adding(My2ndDistance.self)     in Sources/Regularizers/Catalog.swift",
      "moca check regularizer my-2nd-distance", "moca train regularizer=my-2nd-distance",
    ] { #expect(result.errors.contains(step), "\(result.errors)") }
  }

  @Test("a backbone is an encoder and a decoder, and --output may be a folder")
  func backbone() throws {
    try workspace.write(Data(), to: "Sources/Main.swift")
    let result = try workspace.moca(["new", "backbone", "small-net", "--output", "Sources"])
    #expect(result.status == 0 && result.output == "Sources/SmallNet.swift\n", "\(result.errors)")
    let file = try text("Sources/SmallNet.swift")
    for type in ["SmallNetEncoder: EncoderPlugin", "SmallNetDecoder: DecoderPlugin"] {
      #expect(file.contains(type))
    }
    #expect(result.errors.contains("catalogs.decoders = catalogs.decoders.adding(SmallNetDecoder.self)"))
  }

  @Test("a backbone's own target has its folder, its tests and one line in the manifest")
  func target() throws {
    let manifest = try String(
      contentsOf: Self.repository.appendingPathComponent("Package.swift"), encoding: .utf8)
    try workspace.write(Data(manifest.utf8), to: "Package.swift")
    let result = try workspace.moca(["new", "backbone", "small-net", "--target"])
    #expect(
      result.status == 0 && result.output == "Sources/Backbones/SmallNet/SmallNet.swift\n", "\(result.errors)"
    )
    #expect(
      try text("Sources/Backbones/SmallNet/SmallNet.swift").contains("class SmallNetEncoder: EncoderPlugin"))
    let tests = try text("Tests/SmallNetBackboneTests/SmallNetTests.swift")
    #expect(tests.contains("import SmallNetBackbone\n") && !tests.contains("__"))
    let list = "let backbones: [String] = ["
    #expect(manifest.contains(list + "]\n"))
    #expect(
      try text("Package.swift") == manifest.replacing(list + "]\n", with: list + "\n  \"SmallNet\"\n]\n"))
    for step in [
      "swift build -c release --target SmallNetBackbone", "import SmallNetBackbone\n",
      ".adding(SmallNetDecoder.self)",
    ] { #expect(result.errors.contains(step), "\(result.errors)") }

    let again = try workspace.moca(["new", "backbone", "small-net", "--target"])
    #expect(again.status == 64 && again.errors.contains("SmallNet exists already"), "\(again.errors)")
    #expect(try workspace.moca(["new", "backbone", "small-net", "--target", "--force"]).status == 0)
    #expect(try workspace.moca(["new", "backbone", "a-net", "--target"]).status == 0)
    #expect(
      try self.text("Tests/ANetBackboneTests/ANetTests.swift").hasPrefix(
        "import ANetBackbone\nimport MoCAProtocols\nimport Testing\n"))
    #expect(try text("Package.swift").contains(list + "\n  \"SmallNet\",\n  \"ANet\",\n]\n"))
  }

  @Test(
    "a target is refused for other kinds and outside of the repository, and nothing is written",
    arguments: [
      ("regularizer x --target", "--target is for backbones"),
      ("backbone x --target", "has no Package.swift of MoCA; go there first"),
      ("backbone x --target --output Sources", "leave --output out"),
    ])
  func refusedTarget(_ words: String, message: String) throws {
    let result = try workspace.moca(["new"] + words.split(separator: " ").map(String.init))
    #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
    #expect(workspace.contents.isEmpty)
  }

  @Test(
    "names that are no names, or that the program has, are refused and nothing is written",
    arguments: [
      ("regularizer Energy", "\"Energy\" is no name for a regularizer: use small letters"),
      ("regularizer my_loss", "is no name"), ("regularizer 2d", "is no name"),
      ("regularizer a--b", "is no name"), ("regularizer -x", "missing expected argument '<name>'"),
      ("regularizer self", "\"self\" would be the type Self"),
      ("regularizer penalty", "\"penalty\" would be the type Penalty, a word that the file needs"),
      ("backbone tensor", "would be the type Tensor"),
      ("regularizer mmd", "the regularizer \"mmd\" exists already"),
      ("backbone convolutional", "the encoder \"convolutional\" exists already"),
      ("prior cauchy", "'prior' is invalid"), ("regularizer x --output no/", "does not exist; make it first"),
      ("regularizer x --output x.txt", "does not end in .swift"),
      ("regularizer", "missing expected argument"),
    ])
  func refused(_ words: String, message: String) throws {
    let result = try workspace.moca(["new"] + words.split(separator: " ").map(String.init))
    #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
    #expect(workspace.contents.isEmpty)
  }

  @Test("words that stand in the template's comments only can be names")
  func energy() throws {
    #expect(try workspace.moca(["new", "regularizer", "energy"]).status == 0)
  }

  @Test("a file that exists is kept, unless asked")
  func existing() throws {
    try workspace.write(Data("mine".utf8), to: "Energy.swift")
    let refused = try workspace.moca(["new", "regularizer", "energy"])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("Energy.swift exists already"), "\(refused.errors)")
    #expect(try text("Energy.swift") == "mine")
    #expect(try workspace.moca(["new", "regularizer", "energy", "--force"]).status == 0)
    #expect(try text("Energy.swift").contains("class Energy"))
  }

  @Test(
    "the worked examples of the documentation are what it writes",
    arguments: [
      ("regularizer", "energy-distance", "Adding-a-Regularizer.md"),
      ("backbone", "patches", "Adding-a-Backbone.md"),
    ])
  func documentation(_ kind: String, name: String, page: String) throws {
    #expect(try workspace.moca(["new", kind, name, "--output", "Example.swift"]).status == 0)
    let text = try String(contentsOf: Self.repository.appendingPathComponent("Docs/\(page)"), encoding: .utf8)
    let isThere = text.contains(try "```swift\n" + self.text("Example.swift") + "```")
    #expect(isThere, "put the output of: moca new \(kind) \(name) into Docs/\(page)")
  }
}
