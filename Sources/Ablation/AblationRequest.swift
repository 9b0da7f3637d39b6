import Files
import Foundation
import MoCAProtocols
import Runner

/// What a person asks of an ablation: a base configuration, axes, what values of an axis bring along, and how cells are
/// scored. Nothing is resolved yet.
///
/// A file may hold all of it under the key `ablation`:
/// ```yaml
/// ablation:
///   axes: {regularizer: [moca, mmd], seed: 0..2}
///   settings:
///     regularizer:
///       moca: {regularizer: {temperature: 0.2}}
///   metrics: [reconstruction, latent, fd-cifar]
///   samples: 2000
/// ```
public struct AblationRequest: Sendable {
  /// The key of a file that holds the matrix; the rest is the base configuration.
  public static let key = "ablation"

  /// One axis with its values.
  public struct Axis: Sendable, Equatable {
    /// The configuration key.
    public let key: String
    /// The values, from first to last.
    public let values: [ConfigurationValue]
  }

  /// What all cells share, from a file.
  public private(set) var base = ConfigurationValue.empty
  /// What all cells share, from arguments: it wins over everything.
  public private(set) var overrides = ConfigurationValue.empty
  /// What cells differ in, from the outermost to the innermost.
  public private(set) var axes: [Axis] = []
  /// What a value of an axis brings along: layers by axis and value.
  public private(set) var settings: [String: [String: ConfigurationValue]] = [:]
  /// How cells are scored.
  public var scoring = AblationDefinition.Scoring(metrics: standardMetrics, samples: 5000)
  /// What is measured where nothing is said; what a dataset does not allow is then left out.
  public static let standardMetrics = ["reconstruction", "latent", "frechet"]
  /// Whether the metrics are a person's choice.
  public var choosesMetrics = false
  /// The time for the whole matrix, where there is a limit.
  public var budget: AblationBudget?
  /// Whether cells that a plugin refuses are left out.
  public var skipsRefused = false

  private let optimizers: OptimizerCatalog
  private static let members = ["axes", "settings", "metrics", "samples", "samplers", "arguments"]

  /// Reads a file's configuration and the arguments.
  ///
  /// - Parameters:
  ///   - file: The whole file; empty where there is none.
  ///   - arguments: `key=value,value` for an axis, `key=value` for what all cells share.
  ///   - optimizers: Those whose settings may be short keys.
  /// - Throws: `ConfigurationError`.
  public init(
    file: ConfigurationValue, arguments: [String], optimizers: OptimizerCatalog = OptimizerCatalog()
  ) throws {
    self.optimizers = optimizers
    base = file
    base[Self.key] = nil
    if let section = file[Self.key] { try read(section) }
    for argument in arguments { try read(argument) }
  }

  /// The members of a group of keys.
  private static func group(_ value: ConfigurationValue, _ path: String) throws -> [ConfigurationValue.Member]
  {
    guard case .object(let members) = value else {
      throw ConfigurationError.wrongType(path: path, expected: "a group of keys", found: value.json)
    }
    return members
  }

  private mutating func read(_ section: ConfigurationValue) throws {
    _ = try Self.group(section, Self.key)
    for member in section.members {
      switch member.key {
      case "axes":
        for axis in try Self.group(member.value, "ablation.axes") {
          let key = Experiment.fullKey(axis.key, optimizers: optimizers)
          set(Axis(key: key, values: try AxisValues.parse(axis.value, key: axis.key)))
        }
      case "settings":
        for axis in try Self.group(member.value, "ablation.settings") {
          let key = Experiment.fullKey(axis.key, optimizers: optimizers)
          for value in try Self.group(axis.value, "ablation.settings.\(axis.key)") {
            _ = try Self.group(value.value, "ablation.settings.\(axis.key).\(value.key)")
            settings[key, default: [:]][value.key] = Self.withPaths(value.value)
          }
        }
      case "metrics":
        scoring.metrics = try Self.texts(member)
        choosesMetrics = true
      case "samplers": scoring.samplers = try Self.texts(member)
      case "arguments": scoring.arguments = try Self.texts(member)
      case "samples":
        guard let count = member.value.int, count > 0 else {
          throw ConfigurationError.wrongType(
            path: "ablation.samples", expected: "a whole number above 0", found: member.value.json)
        }
        scoring.samples = count
      default:
        throw ConfigurationError.unknownKey(
          path: "\(Self.key).\(member.key)", available: Self.members.map { "\(Self.key).\($0)" })
      }
    }
  }

  private mutating func read(_ argument: String) throws {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      throw ConfigurationError.incompatible(
        "\"\(argument)\" is no axis; write key=value,value as in regularizer=moca,mmd, or key=value for all cells"
      )
    }
    let name = String(argument[..<equals])
    let values = try AxisValues.parse(String(argument[argument.index(after: equals)...]), key: name)
    let key = Experiment.fullKey(name, optimizers: optimizers)
    // One value takes the place of an axis of the file, and else holds for all cells.
    if values.count == 1, !axes.contains(where: { $0.key == key }) {
      overrides = overrides.merged(with: Self.layer(key, values[0]))
    } else {
      set(Axis(key: key, values: values))
    }
  }

  private mutating func set(_ axis: Axis) {
    if let index = axes.firstIndex(where: { $0.key == axis.key }) {
      axes[index] = axis
    } else {
      axes.append(axis)
    }
  }

  private static func texts(_ member: ConfigurationValue.Member) throws -> [String] {
    guard case .list(let values) = member.value else {
      throw ConfigurationError.wrongType(
        path: "\(key).\(member.key)", expected: "a list", found: member.value.json)
    }
    return values.map { $0.text ?? $0.json }
  }

  /// A configuration in which only `key` is set. A section's name alone chooses its plugin.
  static func layer(_ key: String, _ value: ConfigurationValue) -> ConfigurationValue {
    var layer = ConfigurationValue.empty
    let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    layer[path: path.count == 1 ? path + ["name"] : path] = value
    return layer
  }

  /// A layer whose keys may be dotted, as in `regularizer.temperature: 0.2`.
  private static func withPaths(_ layer: ConfigurationValue) -> ConfigurationValue {
    layer.members.reduce(.empty) { result, member in
      var addition = ConfigurationValue.empty
      addition[path: member.key.split(separator: ".").map(String.init)] = member.value
      return result.merged(with: addition)
    }
  }
}

extension AblationRequest {
  /// Everything that decides which cells there are and how they are scored, as a digest: a folder belongs to it.
  public var digest: String {
    let parts: [ConfigurationValue] = [
      base, overrides,
      .list(axes.map { .list([.string($0.key), .list($0.values)]) }),
      .list(
        settings.sorted { $0.key < $1.key }.map { axis in
          .list([
            .string(axis.key),
            .list(axis.value.sorted { $0.key < $1.key }.map { .list([.string($0.key), $0.value]) }),
          ])
        }),
      scoring.tree, .string(budget.map { "\($0)" } ?? ""), .boolean(skipsRefused),
    ]
    return Digest.text(of: ConfigurationValue.list(parts).json)
  }

  /// Refuses settings that belong to no axis or value, which would be thought to hold, and a budget beside an axis of
  /// steps.
  ///
  /// - Throws: `ConfigurationError`.
  func check(_ catalogs: Catalogs) throws {
    for (key, values) in settings {
      guard let axis = axes.first(where: { $0.key == key }) else {
        throw ConfigurationError.incompatible(
          "ablation.settings has \(key), which is no axis; add it to the axes, or leave its settings out")
      }
      let names = catalogs.summaries(of: key).map(\.name)
      let known = names.isEmpty ? axis.values.map(\.axisText) : names
      for value in values.keys.sorted() where !known.contains(value) {
        throw ConfigurationError.incompatible(
          "ablation.settings.\(key).\(value) belongs to no value of \(key)"
            + suggestion(for: value, among: known))
      }
    }
    let lengths = ["training.steps", "training.epochs"]
    if budget != nil, let axis = axes.first(where: { lengths.contains($0.key) }) {
      throw ConfigurationError.incompatible(
        "\(axis.key) is an axis and the budget decides the steps; leave one of them out")
    }
  }
}

extension ConfigurationValue {
  /// The value as it stands in a table and in a cell's name.
  var axisText: String { text ?? json }
}
