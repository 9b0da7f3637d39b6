import PluginKit

/// λ: a number, or `auto` for one that is measured in the first steps of the run and fixed afterwards.
///
/// With `auto` the run makes ‖∇ λ penalty‖ / ‖∇ reconstruction‖ at the encoder's features meet a target, which
/// `schedule.weightTarget` names.
public enum Weight: Sendable, Equatable {
  case fixed(Double)
  case automatic

  /// The number, where there is one.
  public var value: Double? { if case .fixed(let value) = self { value } else { nil } }
}

extension Weight: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self = .fixed(value) }

  public init(integerLiteral value: Int) { self = .fixed(Double(value)) }
}

extension Weight {
  /// What a setting of this type says of itself.
  public struct Meaning: Sendable {
    fileprivate let help: String

    /// A weight in the unit that all methods share.
    public static let weight = Meaning(help: "λ beside the summed squared error of images in [0, 1]")

    /// The same with a remark, as in `twice β`.
    public static func weight(_ remark: String) -> Meaning { Meaning(help: "\(weight.help); \(remark)") }
  }
}

extension Setting where Value == Weight {
  /// Declares the weight of a penalty, at least zero:
  /// `@Setting(.weight, source: "ours") public var weight: Weight = 1`.
  public init(wrappedValue: Weight, _ meaning: Weight.Meaning, source: String) {
    self.init(wrappedValue: wrappedValue, meaning.help, .atLeast(0), source: source)
  }
}

extension Weight: SettingValue {
  /// `auto`.
  private static let word = "auto"
  /// What a `Float` can still be multiplied by.
  private static let largest = 1e30

  public static var expectation: String { "a number up to 1e30 or auto" }

  public init?(configuration: ConfigurationValue) {
    if configuration == .string(Self.word) {
      self = .automatic
    } else if let value = Double(configuration: configuration), value <= Self.largest {
      self = .fixed(value)
    } else {
      return nil
    }
  }

  public var configuration: ConfigurationValue { value.map(ConfigurationValue.number) ?? .string(Self.word) }

  public init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Double.self) {
      self = .fixed(value)
    } else if try container.decode(String.self) == Self.word {
      self = .automatic
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a weight is \(Self.expectation)")
    }
  }

  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encode(Self.word) }
  }
}
