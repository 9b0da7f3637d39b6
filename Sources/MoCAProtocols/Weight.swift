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

extension Weight: SettingValue {
  /// `auto`.
  private static let word = "auto"

  public static var expectation: String { "a number or auto" }

  public init?(configuration: ConfigurationValue) {
    if configuration == .string(Self.word) {
      self = .automatic
    } else if let value = Double(configuration: configuration) {
      self = .fixed(value)
    } else {
      return nil
    }
  }

  public var configuration: ConfigurationValue { value.map(ConfigurationValue.number) ?? .string(Self.word) }

  public init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.singleValueContainer()
    self = (try? container.decode(Double.self)).map(Weight.fixed) ?? .automatic
  }

  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encode(Self.word) }
  }
}
