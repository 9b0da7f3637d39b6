/// A strict parser for the one JSON shape that a safetensors header has.
///
/// Foundation's parser forgets duplicate keys and order; this one refuses the first and keeps the second. It
/// does not recurse, so nested input cannot exhaust the stack.
struct SafetensorsHeaderParser {
  /// What the header says about one tensor, types and sums not yet checked.
  struct Fields {
    var name: String
    var dtype: String
    var shape: [Int]
    var start: Int
    var end: Int
  }

  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads the whole header.
  mutating func parse() throws -> (fields: [Fields], metadata: [String: String]) {
    var fields: [Fields] = []
    var metadata: [String: String] = [:]
    guard bytes.first == UInt8(ascii: "{") else { throw failure("expected \"{\" as the first character") }
    try object { parser, name in
      if name == SafetensorsHeader.metadataKey {
        try parser.object { parser, key in metadata[key] = try parser.string() }
      } else {
        fields.append(try parser.tensor(name))
      }
    }
    skipSpace()
    guard position == bytes.count else { throw failure("unexpected characters behind the last \"}\"") }
    return (fields, metadata)
  }

  private mutating func tensor(_ name: String) throws -> Fields {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try object { parser, key in
      switch key {
      case "dtype": dtype = try parser.string()
      case "shape": shape = try parser.integers()
      case "data_offsets": offsets = try parser.integers()
      default: throw parser.failure("tensor \"\(name)\" has the unknown key \"\(key)\"")
      }
    }
    guard let dtype, let shape, let offsets else {
      throw failure("tensor \"\(name)\" lacks one of dtype, shape and data_offsets")
    }
    guard offsets.count == 2 else {
      throw failure("tensor \"\(name)\" has \(offsets.count) data_offsets, expected 2")
    }
    return Fields(name: name, dtype: dtype, shape: shape, start: offsets[0], end: offsets[1])
  }

  private mutating func object(_ member: (inout Self, String) throws -> Void) throws {
    try expect("{")
    if take("}") { return }
    var keys = Set<String>()
    repeat {
      let key = try string()
      guard keys.insert(key).inserted else { throw SafetensorsError.duplicateName(key) }
      try expect(":")
      try member(&self, key)
    } while take(",")
    try expect("}")
  }

  private mutating func integers() throws -> [Int] {
    try expect("[")
    if take("]") { return [] }
    var values: [Int] = []
    repeat { values.append(try integer()) } while take(",")
    try expect("]")
    return values
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
      let (shifted, first) = value.multipliedReportingOverflow(by: 10)
      let (sum, second) = shifted.addingReportingOverflow(Int(bytes[position] - UInt8(ascii: "0")))
      guard !first, !second else { throw failure("a number that is too large") }
      value = sum
      position += 1
    }
    guard position > start else { throw failure("expected a whole number that is not negative") }
    guard position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
      throw failure("a number with a leading zero")
    }
    return value
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("text that is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): content += Array(String(try escape()).utf8)
      case 0..<0x20: throw failure("a control character in text")
      default: content.append(byte)
      }
    }
    throw failure("text without its closing quote")
  }

  private mutating func escape() throws -> Unicode.Scalar {
    guard position < bytes.count else { throw failure("text without its closing quote") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("an unknown escape in text")
    }
  }

  private mutating func unicodeEscape() throws -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw failure("half a surrogate pair in text") }
    position += 2
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("half a surrogate pair in text") }
    return scalar
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard position + 4 <= bytes.count else { throw failure("text without its closing quote") }
    let digits = bytes[position..<(position + 4)].compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 4 else { throw failure("expected four hexadecimal digits") }
    position += 4
    return digits.reduce(0) { $0 << 4 | UInt32($1) }
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else { throw failure("expected \"\(character)\"") }
  }

  private func failure(_ reason: String) -> SafetensorsError {
    .malformedHeader(offset: position, reason: reason)
  }
}
