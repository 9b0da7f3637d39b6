/// The part of a chart that holds the data, its grid and the titles of its axes.
struct PlotFrame {
  /// Left edge.
  let left: Double
  /// Upper edge.
  let top: Double
  /// Right edge.
  let right: Double
  /// Lower edge.
  let bottom: Double

  /// Draws grid, ticks and titles. The title of the vertical axis stands above it, so that it reads without turning
  /// the head.
  func draw(
    into svg: inout SVG, horizontal: ReportContent.Axis, x: ChartScale, vertical: ReportContent.Axis,
    y: ChartScale
  ) {
    for tick in y.ticks() {
      let place = SVG.number(tick.position)
      svg.add("path", ["d": "M\(SVG.number(left)) \(place)H\(SVG.number(right))", "class": "grid"])
      svg.write(
        tick.label,
        [
          "x": SVG.number(left - 6), "y": SVG.number(tick.position + 4), "class": "tick",
          "text-anchor": "end",
        ])
    }
    svg.write(
      Self.title(vertical, less: "↓", more: "↑"),
      ["x": "2", "y": SVG.number(top - 11), "class": "axis-title"])
    drawHorizontal(into: &svg, horizontal, x, hasGrid: false)
  }

  /// Draws the horizontal axis only.
  func drawHorizontal(into svg: inout SVG, _ axis: ReportContent.Axis, _ x: ChartScale, hasGrid: Bool) {
    svg.add(
      "path", ["d": "M\(SVG.number(left)) \(SVG.number(bottom))H\(SVG.number(right))", "class": "axis"])
    for tick in x.ticks(right - left > 260 ? 5 : 3) {
      let place = SVG.number(tick.position)
      let from = SVG.number(hasGrid ? top : bottom)
      svg.add(
        "path", ["d": "M\(place) \(from)V\(SVG.number(bottom + 4))", "class": hasGrid ? "grid" : "axis"])
      svg.write(
        tick.label, ["x": place, "y": SVG.number(bottom + 17), "class": "tick", "text-anchor": "middle"])
    }
    svg.write(
      Self.title(axis, less: "←", more: "→"),
      [
        "x": SVG.number((left + right) / 2), "y": SVG.number(bottom + 35), "class": "axis-title",
        "text-anchor": "middle",
      ])
  }

  /// An axis in words: its title, its unit, and what is better along it.
  static func title(_ axis: ReportContent.Axis, less: String = "", more: String = "") -> String {
    var title = axis.title
    if let unit = axis.unit { title += " / \(unit)" }
    if axis.isLogarithmic { title += " (log)" }
    switch axis.direction {
    case .lower: title += ", less is better \(less)"
    case .higher: title += ", more is better \(more)"
    case .none: break
    }
    return title
  }

  /// Places for labels of one line each, as near to the wanted ones as their height allows.
  static func spread(_ wanted: [Double], height: Double, within range: ClosedRange<Double>) -> [Double] {
    let order = wanted.indices.sorted { wanted[$0] < wanted[$1] }
    var places = wanted
    var free = range.lowerBound
    for index in order {
      places[index] = max(wanted[index], free)
      free = places[index] + height
    }
    var limit = range.upperBound
    for index in order.reversed() {
      places[index] = min(places[index], limit)
      limit = places[index] - height
    }
    return places
  }

  /// A label cut to so many characters.
  static func short(_ label: String, _ count: Int) -> String {
    label.count <= count ? label : label.prefix(count - 1) + "…"
  }
}
