import Foundation

extension JSONEncoder {
  /// JSON on one line, with sorted keys: equal values give equal bytes.
  package static var compact: JSONEncoder { with([.sortedKeys, .withoutEscapingSlashes]) }

  /// The same on many lines, as people read it.
  package static var readable: JSONEncoder { with([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) }

  private static func with(_ formatting: OutputFormatting) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    encoder.dateEncodingStrategy = .iso8601
    return encoder
  }

  /// The JSON of a value as text.
  package func text(of value: some Encodable) throws -> String {
    String(decoding: try encode(value), as: UTF8.self)
  }
}
