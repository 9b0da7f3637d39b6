/// Writes SVG: elements one after the other, every attribute and text escaped.
struct SVG {
  /// What has been written.
  private(set) var text = ""

  /// Writes an element without children.
  mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>, title: String? = nil) {
    open(name, attributes)
    if let title { text += "<title>\(Self.escaped(title))</title>" }
    close(name)
  }

  /// Writes text.
  mutating func write(_ string: String, _ attributes: KeyValuePairs<String, String>) {
    open("text", attributes)
    text += Self.escaped(string)
    close("text")
  }

  /// Opens an element; ``close(_:)`` closes it.
  mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String>) {
    text += "<" + name
    for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
    text += ">"
  }

  /// Closes an element.
  mutating func close(_ name: String) { text += "</\(name)>" }

  /// A whole picture of a size, with what it shows in words.
  static func picture(
    width: Double, height: Double, kind: String, alternative: String, _ draw: (inout SVG) -> Void
  ) -> String {
    var picture = SVG()
    picture.open(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(number(width)) \(number(height))",
        "class": kind, "role": "img", "aria-label": alternative,
      ])
    draw(&picture)
    picture.close("svg")
    return picture.text
  }

  /// A coordinate, to a tenth.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    return (tenths < 0 ? "-" : "") + String(whole) + (rest == 0 ? "" : "." + String(rest))
  }

  /// A path over points, in pieces where `nil` stands.
  static func path(_ points: [(x: Double, y: Double)?]) -> String {
    var path = ""
    var isDown = false
    for point in points {
      guard let point else {
        isDown = false
        continue
      }
      path += (isDown ? "L" : "M") + number(point.x) + " " + number(point.y)
      isDown = true
    }
    return path
  }

  /// Text that can stand in markup and in attributes. Control characters, which XML forbids, become `�`.
  static func escaped(_ string: String) -> String {
    var escaped = ""
    escaped.reserveCapacity(string.utf8.count)
    for scalar in string.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "�"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
