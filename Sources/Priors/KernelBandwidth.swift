import Foundation
import MoCAProtocols

/// The width of a kernel density estimate: a rule, or a number.
public enum KernelBandwidth: Sendable, Equatable {
  /// n^(−1/(d+4)) times the codes' covariance factor (Scott, "Multivariate Density Estimation", 1992).
  case scott
  /// (n (d+2)/4)^(−1/(d+4)) times the codes' covariance factor (Silverman, "Density Estimation", 1986).
  case silverman
  /// The standard deviation of the kernel in every direction.
  case fixed(Double)

  /// The factor of the codes' covariance factor for `count` codes of `size` dimensions; `nil` for a number.
  public func factor(count: Int, size: Int) -> Double? {
    let (n, d) = (Double(count), Double(size))
    return switch self {
    case .scott: pow(n, -1 / (d + 4))
    case .silverman: pow(n * (d + 2) / 4, -1 / (d + 4))
    case .fixed: nil
    }
  }
}

extension KernelBandwidth: SettingValue {
  public static var expectation: String { "a number above 0, scott or silverman" }

  public init?(configuration: ConfigurationValue) {
    switch (configuration, Double(configuration: configuration)) {
    case (.string("scott"), _): self = .scott
    case (.string("silverman"), _): self = .silverman
    case (_, let value?) where value > 0: self = .fixed(value)
    default: return nil
    }
  }

  public var configuration: ConfigurationValue {
    switch self {
    case .scott: .string("scott")
    case .silverman: .string("silverman")
    case .fixed(let value): .number(value)
    }
  }

  public init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.singleValueContainer()
    let value: ConfigurationValue =
      if let number = try? container.decode(Double.self) { .number(number) } else {
        .string(try container.decode(String.self))
      }
    guard let decoded = KernelBandwidth(configuration: value) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a bandwidth is \(Self.expectation)")
    }
    self = decoded
  }

  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.singleValueContainer()
    if case .fixed(let value) = self {
      try container.encode(value)
    } else {
      try container.encode(configuration.text)
    }
  }
}
