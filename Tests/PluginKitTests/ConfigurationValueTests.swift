import Foundation
import PluginKit
import Testing

@Suite("Configuration values")
struct ConfigurationValueTests {
  @Test("objects merge key by key and everything else is replaced")
  func merge() throws {
    let base = try ConfigurationValue(yaml: "{a: 1, b: {c: 2, d: [1, 2]}, e: {f: 1}}")
    let over = try ConfigurationValue(yaml: "{b: {d: [3], g: x}, e: 5, h: null}")
    let merged = try ConfigurationValue(yaml: "{a: 1, b: {c: 2, d: [3], g: x}, e: 5, h: null}")
    #expect(base.merged(with: over) == merged)
    #expect(base.merged(with: .empty) == base)
    #expect(ConfigurationValue.empty.merged(with: base) == base)
    #expect(base.merged(with: .null) == .null)
  }

  @Test("a dotted path reads, replaces, creates and removes")
  func paths() throws {
    var value = try ConfigurationValue(yaml: "{a: {b: 1}, c: text}")
    #expect(value[path: ["a", "b"]] == .integer(1))
    #expect(value[path: ["a", "x"]] == nil)
    value[path: ["a", "b"]] = .integer(2)
    value[path: ["d", "e", "f"]] = .boolean(true)
    value["c"] = nil
    #expect(value == (try ConfigurationValue(yaml: "{a: {b: 2}, d: {e: {f: true}}}")))
  }

  @Test(
    "plain scalars become what they look like",
    arguments: [
      ("12", ConfigurationValue.integer(12)), ("-3", .integer(-3)), ("1e3", .number(1000)),
      (".5", .number(0.5)),
      ("1.", .number(1)), ("true", .boolean(true)), ("False", .boolean(false)), ("~", .null), ("null", .null),
      ("moca", .string("moca")), ("nan", .string("nan")), ("infinity", .string("infinity")),
      ("0x1F", .string("0x1F")), ("yes", .string("yes")), ("'12'", .string("12")),
      ("\"true\"", .string("true")),
      ("1.2.3", .string("1.2.3")), ("16:30", .string("16:30")),
    ])
  func scalars(_ text: String, _ expected: ConfigurationValue) throws {
    #expect(try ConfigurationValue(yaml: text) == expected)
  }

  @Test(
    "an override is any YAML flow value, and nothing is empty text",
    arguments: [
      ("", ConfigurationValue.string("")), ("0.1", .number(0.1)), ("null", .null),
      ("[1, two]", .list([.integer(1), .string("two")])),
      ("{name: mmd, draws: 4}", .object([.init("name", .string("mmd")), .init("draws", .integer(4))])),
      ("../data/a b.tar", .string("../data/a b.tar")),
    ])
  func overrides(_ text: String, _ expected: ConfigurationValue) throws {
    #expect(try ConfigurationValue(override: text) == expected)
  }

  @Test("broken YAML is an error with the reason", arguments: ["a: [1, 2", "a: b: c", "{a: 1", "a: 1\na: 2"])
  func brokenYAML(_ text: String) {
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationValue(yaml: text) }
    #expect(error?.description.hasPrefix("the configuration is not valid YAML: ") == true)
  }

  /// Texts that a careless writer would turn into something else.
  static let awkward = [
    "", " ", "12", "-1", "+5", "1e3", "1.0", ".5", "0x1F", "true", "True", "FALSE", "null", "Null", "~",
    "yes", "no", "on", "nan", ".nan", "inf", "-inf", ".inf", "a: b", "# comment", "a #b", "- item", "-",
    "[1]", "{a: 1}", "\"quoted\"", "it's", "tab\tinside", "two\nlines", "trailing ", " leading",
    "back\\slash", "ünïcødé ✓", "*x", "&x", "!tag", "%x", "@x", "`x`", "|", ">", "?", ":", "a,b",
    "2024-01-01", "16:30", "1_000", "\u{1}",
  ]

  @Test("text survives YAML and JSON, whatever it looks like", arguments: awkward)
  func textRoundTrip(_ text: String) throws {
    let value = ConfigurationValue.object([
      .init("alone", .string(text)), .init("list", .list([.string(text), .integer(1)])),
      .init("group", .object([.init("inner", .string(text))])),
    ])
    #expect(try ConfigurationValue(yaml: value.yaml) == value)
    #expect(try ConfigurationValue(yaml: value.json) == value)
  }

  @Test(
    "keys survive YAML and JSON, whatever they look like",
    arguments: ["a", "1", "true", "null", "a b", "a: b"])
  func keyRoundTrip(_ key: String) throws {
    let value = ConfigurationValue.object([.init(key, .integer(1))])
    #expect(try ConfigurationValue(yaml: value.yaml) == value)
    #expect(try ConfigurationValue(yaml: value.json) == value)
  }

  @Test("the JSON is what Foundation reads")
  func jsonIsStandard() throws {
    let value = ConfigurationValue.object(Self.awkward.enumerated().map { .init("k\($0)", .string($1)) })
    let object = try JSONSerialization.jsonObject(with: Data(value.json.utf8)) as? [String: String]
    #expect(object?.count == Self.awkward.count)
    for (index, text) in Self.awkward.enumerated() { #expect(object?["k\(index)"] == text) }
  }

  @Test("random trees survive YAML and JSON", arguments: 0..<60)
  func randomTreeRoundTrip(_ seed: Int) throws {
    var generator = TestGenerator(state: UInt64(seed))
    let value = Self.randomObject(depth: 3, using: &generator)
    #expect(try ConfigurationValue(yaml: value.yaml) == value)
    #expect(try ConfigurationValue(yaml: value.json) == value)
  }

  private static func randomObject(depth: Int, using generator: inout TestGenerator) -> ConfigurationValue {
    let count = Int.random(in: 0...4, using: &generator)
    return .object((0..<count).map { .init("key\($0)", randomValue(depth: depth, using: &generator)) })
  }

  private static func randomValue(depth: Int, using generator: inout TestGenerator) -> ConfigurationValue {
    switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &generator) {
    case 0: return .null
    case 1: return .boolean(Bool.random(using: &generator))
    case 2: return .integer(Int.random(in: Int.min...Int.max, using: &generator))
    case 3:
      let exponent = Double(Int.random(in: -300...300, using: &generator))
      return .number(Double.random(in: -1...1, using: &generator) * pow(10, exponent))
    case 4, 5: return .string(awkward.randomElement(using: &generator) ?? "")
    case 6:
      let count = Int.random(in: 0...3, using: &generator)
      return .list((0..<count).map { _ in randomValue(depth: depth - 1, using: &generator) })
    default: return randomObject(depth: depth - 1, using: &generator)
    }
  }
}
