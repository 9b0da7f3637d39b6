import Foundation

/// How a group looks in every figure: told apart by colour, by dash and by marker.
struct GroupStyle {
  /// The class that sets its colour.
  let className: String
  /// The dashes of its lines.
  let dash: String
  private let shape: Int

  private static let dashes = ["none", "7 3", "2 2.5", "9 3 2 3", "5 2 1.5 2 1.5 2", "12 3", "4 4", "1 3"]

  /// The style at a place among the groups; `nil` for a reference.
  init(at index: Int?) {
    guard let index else {
      (className, dash, shape) = ("reference", "4 3", 0)
      return
    }
    className = "g\(index % 8)"
    dash = Self.dashes[(index + index / 8 * 3) % Self.dashes.count]
    shape = (index + index / 8) % 8
  }

  /// The outline of its marker.
  func marker(x: Double, y: Double, radius: Double) -> String {
    let at = { (points: [(Double, Double)]) in
      SVG.path(points.map { (x: x + $0.0 * radius, y: y + $0.1 * radius) }) + "Z"
    }
    let star = { (corners: Int, inner: Double) in
      at(
        (0..<2 * corners).map { corner in
          let angle = Double(corner) * .pi / Double(corners) - .pi / 2
          let length = corner % 2 == 0 ? 1.3 : inner
          return (cos(angle) * length, sin(angle) * length)
        })
    }
    switch shape {
    case 1: return at([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case 2: return at([(0, -1.15), (1.1, 0.85), (-1.1, 0.85)])
    case 3: return at([(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)])
    case 4: return at([(0, 1.15), (1.1, -0.85), (-1.1, -0.85)])
    case 5: return star(5, 0.55)
    case 6: return star(4, 0.45)
    case 7: return star(6, 0.75)
    default:
      let (radiusText, left) = (SVG.number(radius), SVG.number(x - radius))
      let (diameter, middle) = (SVG.number(2 * radius), SVG.number(y))
      return "M\(left) \(middle)a\(radiusText) \(radiusText) 0 1 0 \(diameter) 0"
        + "a\(radiusText) \(radiusText) 0 1 0 -\(diameter) 0Z"
    }
  }

  /// A piece of its line with its marker, for keys and tables.
  var swatch: String {
    var svg = SVG()
    svg.open("svg", ["viewBox": "0 0 28 12", "class": "swatch \(className)", "aria-hidden": "true"])
    svg.add("path", ["d": "M1 6H27", "class": "line", "stroke-dasharray": dash])
    if className != "reference" {
      svg.add("path", ["d": marker(x: 14, y: 6, radius: 4), "class": "marker"])
    }
    svg.close("svg")
    return svg.text
  }
}

/// The styles of all groups of a report.
struct GroupStyles {
  private let places: [String: Int]
  private let usesLetters: Bool

  /// Gives each group its style.
  init(_ groups: [String]) {
    places = Dictionary(groups.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    usesLetters = groups.contains { $0.count > Self.nameLimit }
  }

  /// Characters that a figure has room for.
  private static let nameLimit = 18

  /// What a figure calls a group's line or row. Where the names of groups are long each has a letter, which the key
  /// above the figures explains; other labels are cut.
  func name(_ label: String, in group: String?) -> String {
    if usesLetters, let group, group == label, let place = places[group] {
      let letter = String(UnicodeScalar(UInt8(65 + place % 26)))
      return place < 26 ? letter : letter + String(place / 26)
    }
    return PlotFrame.short(label, Self.nameLimit)
  }

  /// The style of a group; of none, and of one that the report does not list, that of a reference.
  subscript(group: String?) -> GroupStyle { GroupStyle(at: group.flatMap { places[$0] }) }
}
