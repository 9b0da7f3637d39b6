import PluginKit
import Testing

@Suite("Catalogs")
struct CatalogTests {
  private let catalog = Catalog<ThingKind>()
    .adding(SamplePlugin.self) { "sample \($0.count) of \($1)" }
    .adding(OtherPlugin.self) { _, context in "other \(context)" }

  @Test("plugins are found by name and built from differences and context")
  func building() throws {
    #expect(catalog.names == ["sample", "other"])
    let entry = try catalog.entry(named: "sample")
    #expect(try entry.make(ConfigurationValue(yaml: "count: 4"), "thing", 9) == "sample 4 of 9")
    #expect(entry.settings.count == 8)
    #expect(try entry.resolve(ConfigurationValue(yaml: "count: 4"), "thing")["count"] == .integer(4))
    #expect(
      throws: ConfigurationError.outOfRange(path: "thing.count", found: "40", allowed: "between 1 and 10")
    ) {
      try entry.make(ConfigurationValue(yaml: "count: 40"), "thing", 9)
    }
  }

  @Test("an unknown name gives the nearest match and what is there")
  func unknownName() {
    let error = #expect(throws: ConfigurationError.self) { try catalog.entry(named: "smaple") }
    #expect(
      error?.description == "unknown thing \"smaple\"; did you mean \"sample\"? (available: sample, other)")
  }

  @Test("adding a name again replaces the plugin in its place")
  func replacing() throws {
    let replaced = catalog.adding(ReplacingPlugin.self) { _, _ in "refined" }
    #expect(replaced.names == ["sample", "other"])
    #expect(try replaced.entry(named: "sample").make(.empty, "thing", 1) == "refined")
    #expect(try replaced.entry(named: "sample").summary.type.summary == "a refinement")
    #expect(try catalog.entry(named: "sample").make(.empty, "thing", 1) == "sample 3 of 1")
  }

  @Test(
    "the nearest match is within a slip of the hand",
    arguments: [
      ("mdm", "mmd"), ("moac", "moca"), ("MOCA", "moca"), ("wae_gan", "wae-gan"),
      ("sliced-waserstein", "sliced-wasserstein"), ("slicedwasserstein", "sliced-wasserstein"),
    ])
  func nearest(_ word: String, _ expected: String) {
    #expect(nearestMatch(to: word, among: ["moca", "mmd", "wae-gan", "sliced-wasserstein"]) == expected)
  }

  @Test("a word far from everything has no match", arguments: ["contrastive", "variational", "zzzzz"])
  func noMatch(_ word: String) {
    #expect(nearestMatch(to: word, among: ["moca", "mmd", "wae-gan", "sliced-wasserstein"]) == nil)
    #expect(suggestion(for: word, among: ["moca", "mmd"]) == " (available: moca, mmd)")
  }

  @Test("nothing to choose from gives no suggestion")
  func emptySuggestion() {
    #expect(nearestMatch(to: "moca", among: []) == nil)
    #expect(suggestion(for: "moca", among: []) == "")
  }
}
