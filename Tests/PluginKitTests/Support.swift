import PluginKit

/// A configuration with one setting of every type.
struct SampleConfiguration: PluginConfiguration {
  enum Mode: String, SettingValue, CaseIterable {
    case fast, exact
  }

  @Setting("a bounded number", .above(0)) var temperature = 0.1
  @Setting("a bounded count", .between(1, 10)) var count = 3
  @Setting("a half-open number", .within(0, below: 1)) var momentum = 0.5
  @Setting("text") var label = "plain"
  @Setting("a switch") var isOn = true
  @Setting("an optional count", .atLeast(2)) var draws: Int?
  @Setting("a choice") var mode = Mode.fast
  @Setting("a list", .above(0)) var scales = [1.0, 2]

  init() {}

  func validate() throws {
    if count > 5, mode == .exact {
      throw ConfigurationError.incompatible("the mode \"exact\" takes a count of at most 5")
    }
  }
}

/// Settings that others share.
struct SampleGroup: SettingGroup {
  @Setting("a share", .within(0, below: 1)) var share = 0.5
  @Setting("a seed", .atLeast(0)) var seed = 0

  init() {}
}

/// A configuration with a group between its own settings.
struct GroupedConfiguration: PluginConfiguration {
  @Setting("a count") var count = 1
  var group = SampleGroup()
  @Setting("a switch") var isLast = true

  init() {}
}

/// A kind of which nothing is known, made of a number.
enum ThingKind: PluginKind {
  typealias Context = Int
  typealias Product = String
  typealias Declared = any Plugin.Type
  static let name = "thing"
}

extension Catalog<ThingKind> {
  func adding<P: Plugin>(
    _ type: P.Type, make: @escaping @Sendable (P.Configuration, Int) throws -> String
  ) -> Self {
    adding(type, as: type, configuration: { $0 }, make: make)
  }
}

/// A plugin without a product of its own.
struct SamplePlugin: Plugin {
  typealias Configuration = SampleConfiguration
  static let name = "sample"
  static let summary = "a plugin for tests"
  static let reference = Citation.project
}

/// Another one under another name.
struct OtherPlugin: Plugin {
  typealias Configuration = NoSettings
  static let name = "other"
  static let summary = "a plugin without settings"
  static let reference = Citation("Nobody, 2000", url: "https://example.org")
}

/// A plugin that takes ``SamplePlugin``'s name.
struct ReplacingPlugin: Plugin {
  typealias Configuration = NoSettings
  static let name = "sample"
  static let summary = "a refinement"
  static let reference = Citation.project
}

/// SplitMix64: the same numbers on every run.
struct TestGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
