import PluginKit
import Testing

@Suite("Configurations decode strictly")
struct PluginConfigurationTests {
  private func decode(_ yaml: String) throws -> SampleConfiguration {
    try SampleConfiguration(ConfigurationValue(yaml: yaml), path: "sample")
  }

  @Test("nothing given leaves every default", arguments: ["", "{}", "null"])
  func defaults(_ yaml: String) throws {
    let configuration = try decode(yaml)
    #expect(configuration.tree == SampleConfiguration().tree)
    #expect(configuration.temperature == 0.1)
    #expect(configuration.draws == nil)
    #expect(configuration.scales == [1, 2])
  }

  @Test("given keys replace defaults and the others stay")
  func differences() throws {
    let configuration = try decode(
      "{temperature: 2, count: 7.0, label: yes please, isOn: false, draws: 4, mode: fast, scales: [0.5, 3]}")
    #expect(configuration.temperature == 2)
    #expect(configuration.count == 7)
    #expect(configuration.label == "yes please")
    #expect(!configuration.isOn)
    #expect(configuration.draws == 4)
    #expect(configuration.mode == .fast)
    #expect(configuration.scales == [0.5, 3])
    #expect(configuration.momentum == 0.5)
  }

  @Test("the resolved tree decodes to itself through YAML")
  func resolvedTreeIsStable() throws {
    let tree = try decode("{temperature: 0.25, draws: 9, mode: exact, label: '007', scales: []}").tree
    let again = try SampleConfiguration(ConfigurationValue(yaml: tree.yaml), path: "").tree
    #expect(again == tree)
    #expect(again["label"] == .string("007"))
  }

  @Test("an unknown key names its nearest match and all keys")
  func unknownKey() {
    let error = #expect(throws: ConfigurationError.self) { try decode("temprature: 1") }
    #expect(
      error?.description == "unknown key \"sample.temprature\"; did you mean \"sample.temperature\"? "
        + "(available: sample.temperature, sample.count, sample.momentum, sample.label, sample.isOn, "
        + "sample.draws, sample.mode, sample.scales)")
  }

  @Test(
    "a value of the wrong type says what was expected and found",
    arguments: [
      ("temperature: warm", "sample.temperature must be a number, found \"warm\" (text)"),
      ("temperature: .nan", "sample.temperature must be a number, found \".nan\" (text)"),
      ("temperature: null", "sample.temperature must be a number, found null (nothing)"),
      ("count: 2.5", "sample.count must be a whole number, found 2.5 (a number)"),
      ("count: true", "sample.count must be a whole number, found true (true or false)"),
      ("isOn: 1", "sample.isOn must be true or false, found 1 (a whole number)"),
      ("label: [a]", "sample.label must be text, found [\"a\"] (a list)"),
      ("draws: few", "sample.draws must be a whole number or null, found \"few\" (text)"),
      ("mode: slow", "sample.mode must be one of fast, exact, found \"slow\" (text)"),
      ("scales: 3", "sample.scales must be a list, each a number, found 3 (a whole number)"),
      ("scales: [1, x]", "sample.scales must be a list, each a number, found [1,\"x\"] (a list)"),
    ])
  func wrongType(_ yaml: String, _ message: String) {
    let error = #expect(throws: ConfigurationError.self) { try decode(yaml) }
    #expect(error?.description == message)
  }

  @Test(
    "a value out of range says what is allowed",
    arguments: [
      ("temperature: 0", "sample.temperature must be above 0, found 0"),
      ("temperature: -1e-9", "sample.temperature must be above 0, found -1e-09"),
      ("count: 0", "sample.count must be between 1 and 10, found 0"),
      ("count: 11", "sample.count must be between 1 and 10, found 11"),
      ("momentum: 1", "sample.momentum must be at least 0 and below 1, found 1"),
      ("draws: 1", "sample.draws must be at least 2, found 1"),
      ("scales: [1, 0]", "sample.scales must be above 0, found [1,0]"),
    ])
  func outOfRange(_ yaml: String, _ message: String) {
    let error = #expect(throws: ConfigurationError.self) { try decode(yaml) }
    #expect(error?.description == message)
  }

  @Test("bounds themselves are inside or outside as they say")
  func bounds() throws {
    #expect(try decode("count: 1").count == 1)
    #expect(try decode("count: 10").count == 10)
    #expect(try decode("momentum: 0").momentum == 0)
    #expect(try decode("draws: 2").draws == 2)
    #expect(!Constraint.above(0).allows(.nan))
    #expect(!Constraint.atLeast(0).allows(.nan))
    #expect(Constraint.any.allows(.nan))
  }

  @Test("an optional setting takes null back to nothing")
  func optionalNull() throws {
    #expect(try decode("draws: 5").draws == 5)
    #expect(try decode("draws: null").draws == nil)
    #expect(try decode("draws: ~").tree["draws"] == .null)
  }

  @Test("a check across settings runs after decoding")
  func validation() {
    #expect(throws: ConfigurationError.incompatible("the mode \"exact\" takes a count of at most 5")) {
      try decode("{count: 6, mode: exact}")
    }
  }

  @Test(
    "a section that is no group of keys is refused", arguments: ["5", "fast", "[temperature, 1]", "true"])
  func sectionMustBeAGroup(_ yaml: String) {
    let error = #expect(throws: ConfigurationError.self) { try decode(yaml) }
    #expect(error?.description.hasPrefix("sample must be a group of keys, found ") == true)
  }

  @Test("the documentation lists key, default, bound and help in order")
  func documentation() {
    let settings = SampleConfiguration.settings
    #expect(
      settings.map(\.key) == ["temperature", "count", "momentum", "label", "isOn", "draws", "mode", "scales"])
    #expect(settings[0].allowed == "a number, above 0")
    #expect(settings[0].defaultValue == .number(0.1))
    #expect(settings[1].help == "a bounded count")
    #expect(settings[3].allowed == "text")
    #expect(settings[5].allowed == "a whole number or null, at least 2")
    #expect(settings[6].allowed == "one of fast, exact")
    #expect(NoSettings.settings.isEmpty)
  }

  @Test("the keys of a group stand where the group stands, and not below its name")
  func groups() throws {
    #expect(GroupedConfiguration.settings.map(\.key) == ["count", "share", "seed", "isLast"])
    let tree = try ConfigurationValue(yaml: "{seed: 7, count: 2}")
    let configuration = try GroupedConfiguration(tree, path: "sample")
    #expect(configuration.count == 2 && configuration.group.seed == 7 && configuration.group.share == 0.5)
    #expect(configuration.tree.json == #"{"count":2,"share":0.5,"seed":7,"isLast":true}"#)
    #expect(try GroupedConfiguration(configuration.tree, path: "").tree == configuration.tree)
    let expected: [(String, ConfigurationError)] = [
      ("share: 1", .outOfRange(path: "sample.share", found: "1", allowed: "at least 0 and below 1")),
      (
        "group: {seed: 1}",
        .unknownKey(
          path: "sample.group",
          available: ["sample.count", "sample.share", "sample.seed", "sample.isLast"])
      ),
    ]
    for (yaml, error) in expected {
      #expect(throws: error) { try GroupedConfiguration(ConfigurationValue(yaml: yaml), path: "sample") }
    }
  }

  @Test("a plugin without settings refuses any key")
  func noSettings() {
    #expect(throws: ConfigurationError.unknownKey(path: "other.x", available: [])) {
      try NoSettings(ConfigurationValue(yaml: "x: 1"), path: "other")
    }
  }
}
