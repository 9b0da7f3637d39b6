/// Draws a map of densities as areas of equal colour, so that it stays sharp in print and empty places stay empty.
struct HeatMapDrawing {
  private let map: ReportContent.HeatMap
  private let scale: ColourScale
  private let alternative: String

  /// A drawing of a map with the scale of its set.
  init(_ map: ReportContent.HeatMap, scale: ColourScale, label: String) {
    self.map = map
    self.scale = scale
    let values = map.values.compactMap { $0 }.filter(\.isFinite)
    let range = { () -> String in
      guard let low = values.min(), let high = values.max() else { return "no value" }
      return "from \(NumberText.significant(low, digits: 2)) to \(NumberText.significant(high, digits: 2))"
    }
    alternative = "\(label): " + (map.alternative ?? "map of \(map.valueTitle), \(range())")
  }

  /// The picture.
  var svg: String {
    let columns = max(map.columns, 1)
    let rows = max((map.values.count + columns - 1) / columns, 1)
    let (spanX, spanY) = (span(map.xRange), span(map.yRange))
    let left = map.vertical == nil ? 4.0 : 44.0
    let top = map.vertical == nil ? 4.0 : 26.0
    let width = 300.0 - left - 4
    let height = min(max(width * spanY / spanX, 40), 420)
    let bottom = top + height
    let total = bottom + (map.horizontal == nil ? 4 : 44)
    return SVG.picture(width: 300, height: total, kind: "chart map", alternative: alternative) { svg in
      svg.open(
        "g",
        [
          "transform": "translate(\(SVG.number(left)) \(SVG.number(top))) "
            + "scale(\(width / Double(columns)) \(height / Double(rows)))",
          "shape-rendering": "crispEdges",
        ])
      for (level, path) in areas(columns).sorted(by: { $0.key < $1.key }) {
        let colour = scale.colour(level)
        svg.add("path", ["d": path, "fill": colour, "stroke": colour, "stroke-width": "0.12"])
      }
      svg.close("g")
      let x = { (value: Double) in left + (value - (map.xRange.first ?? 0)) / spanX * width }
      let y = { (value: Double) in bottom - (value - (map.yRange.first ?? 0)) / spanY * height }
      for line in map.lines {
        let points = line.points.map { $0.count == 2 ? (x: x($0[0]), y: y($0[1])) : nil }
        svg.add("path", ["d": SVG.path(points), "class": line.isGuide ? "guide" : "contour"])
      }
      axes(PlotFrame(left: left, top: top, right: left + width, bottom: bottom), into: &svg)
    }
  }

  private func span(_ range: [Double]) -> Double {
    guard range.count == 2, range[1] > range[0] else { return 1 }
    return range[1] - range[0]
  }

  /// Runs of equal level in a row, joined to one path for each level.
  private func areas(_ columns: Int) -> [Int: String] {
    var paths: [Int: String] = [:]
    var start = 0
    while start < map.values.count {
      let level = map.values[start].flatMap(scale.level)
      var end = start + 1
      while end < map.values.count, end % columns != 0, map.values[end].flatMap(scale.level) == level {
        end += 1
      }
      if let level {
        paths[level, default: ""] +=
          "M\(start % columns) \(start / columns)h\(end - start)v1h-\(end - start)z"
      }
      start = end
    }
    return paths
  }

  private func axes(_ frame: PlotFrame, into svg: inout SVG) {
    if let horizontal = map.horizontal {
      let x = ChartScale(horizontal, values: map.xRange, from: frame.left, to: frame.right, padding: 0)
      frame.drawHorizontal(into: &svg, horizontal, x, hasGrid: false)
    }
    if let vertical = map.vertical {
      let y = ChartScale(vertical, values: map.yRange, from: frame.bottom, to: frame.top, padding: 0)
      svg.add(
        "path",
        [
          "d": "M\(SVG.number(frame.left)) \(SVG.number(frame.top))V\(SVG.number(frame.bottom))",
          "class": "axis",
        ])
      for tick in y.ticks() {
        svg.write(
          tick.label,
          [
            "x": SVG.number(frame.left - 6), "y": SVG.number(tick.position + 4), "class": "tick",
            "text-anchor": "end",
          ])
      }
      svg.write(
        PlotFrame.title(vertical), ["x": "2", "y": SVG.number(frame.top - 11), "class": "axis-title"])
    }
  }
}
