/// Draws lines with bands and writes the name of each line beside its end.
struct LineChartDrawing {
  private typealias Series = ReportContent.LineChart.Series

  private let chart: ReportContent.LineChart
  private let styles: GroupStyles
  private static let width = 480.0
  private static let height = 300.0

  /// A drawing of a chart.
  init(_ chart: ReportContent.LineChart, styles: GroupStyles) {
    self.chart = chart
    self.styles = styles
  }

  /// The picture.
  var svg: String {
    let labels = chart.series.map { styles.name($0.label, in: $0.group) }
    let room = min(160, max(24, 14 + 8 * Double(labels.map(\.count).max() ?? 0)))
    let frame = PlotFrame(left: 56, top: 32, right: Self.width - room, bottom: Self.height - 46)
    let points = chart.series.flatMap(\.points)
    let x = ChartScale(
      chart.horizontal, values: points.filter { $0.y?.isFinite == true }.map(\.x), from: frame.left,
      to: frame.right, padding: 0)
    let y = ChartScale(
      chart.vertical, values: points.flatMap { [$0.y, $0.lower, $0.upper].compactMap { $0 } },
      from: frame.bottom, to: frame.top)
    return SVG.picture(width: Self.width, height: Self.height, kind: "chart", alternative: alternative) {
      svg in
      frame.draw(into: &svg, horizontal: chart.horizontal, x: x, vertical: chart.vertical, y: y)
      let series = chart.series.map { (series: $0, points: Self.thinned($0.points)) }
      for entry in series { band(of: entry.points, styles[entry.series.group], x, y, into: &svg) }
      for entry in series { line(entry.series, entry.points, x, y, into: &svg) }
      label(labels, x, y, frame, into: &svg)
    }
  }

  /// The chart in words.
  var alternative: String {
    let ends = chart.series.map { series -> String in
      guard let last = series.points.last(where: { $0.y?.isFinite == true }), let value = last.y else {
        return "\(series.label) has no finite value"
      }
      return "\(series.label) \(NumberText.significant(value))"
    }
    return "Lines of \(PlotFrame.title(chart.vertical)) over \(PlotFrame.title(chart.horizontal)). "
      + "At the right end: " + ends.joined(separator: "; ") + "."
  }

  /// A few values of each line.
  var values: [(label: String, values: [String])] {
    chart.series.map { series in
      let points = series.points.filter { $0.y?.isFinite == true }
      let text = { (point: ReportContent.LineChart.Point?) -> String in
        guard let point, let y = point.y else { return "–" }
        guard let lower = point.lower, let upper = point.upper else { return NumberText.significant(y) }
        return NumberText.significant(y)
          + " [\(NumberText.significant(lower)), \(NumberText.significant(upper))]"
      }
      let lowest = points.min { ($0.y ?? 0) < ($1.y ?? 0) }
      let place = lowest.map { " at \(NumberText.significant($0.x))" } ?? ""
      return (series.label, [text(points.first), text(lowest) + place, text(points.last)])
    }
  }

  private func band(
    of points: [ReportContent.LineChart.Point], _ style: GroupStyle, _ x: ChartScale, _ y: ChartScale,
    into svg: inout SVG
  ) {
    let edges = points.compactMap { point -> (x: Double, lower: Double, upper: Double)? in
      guard let place = x.position(point.x), point.lower?.isFinite == true,
        let upper = y.position(point.upper)
      else { return nil }
      return (place, y.position(point.lower) ?? y.base, upper)
    }
    if edges.count == 1 {
      let path = SVG.path(edges.flatMap { [(x: $0.x, y: $0.upper), (x: $0.x, y: $0.lower)] })
      svg.open("g", ["class": style.className])
      svg.add("path", ["d": path, "class": "whisker"])
      svg.close("g")
    }
    guard edges.count > 1 else { return }
    let outline = edges.map { (x: $0.x, y: $0.upper) } + edges.reversed().map { (x: $0.x, y: $0.lower) }
    svg.add("path", ["d": SVG.path(outline) + "Z", "class": "band \(style.className)"])
  }

  private func line(
    _ series: Series, _ points: [ReportContent.LineChart.Point], _ x: ChartScale, _ y: ChartScale,
    into svg: inout SVG
  ) {
    let style = styles[series.group]
    let places = points.map { point -> (x: Double, y: Double)? in
      guard point.y?.isFinite == true, let left = x.position(point.x), let top = y.position(point.y) else {
        return nil
      }
      return (left, top)
    }
    svg.open("g", ["class": style.className])
    svg.add("path", ["d": SVG.path(places), "class": "line", "stroke-dasharray": style.dash])
    let visible = zip(points, places).compactMap { point, place in place.map { (point: point, place: $0) } }
    let every = max(1, visible.count / 8)
    let offset = (series.label.utf8.reduce(0) { $0 &+ Int($1) }) % every
    for (index, entry) in visible.enumerated()
    where index % max(1, visible.count / 40) == 0 || index % every == offset {
      let isMarked = visible.count == 1 || series.group != nil && index % every == offset
      svg.add(
        "path",
        [
          "d": style.marker(x: entry.place.x, y: entry.place.y, radius: isMarked ? 3.2 : 5),
          "class": isMarked ? "marker" : "hover",
        ], title: hint(series.label, entry.point))
    }
    svg.close("g")
  }

  private func hint(_ label: String, _ point: ReportContent.LineChart.Point) -> String {
    let band = { (lower: Double, upper: Double) in
      " [\(NumberText.significant(lower)), \(NumberText.significant(upper))]"
    }
    var text = "\(label): \(point.y.map { NumberText.significant($0) } ?? "–")"
    if let lower = point.lower, let upper = point.upper { text += band(lower, upper) }
    return text + " at \(chart.horizontal.title) \(NumberText.significant(point.x))"
  }

  private func label(
    _ labels: [String], _ x: ChartScale, _ y: ChartScale, _ frame: PlotFrame, into svg: inout SVG
  ) {
    let ends = zip(chart.series, labels).compactMap {
      series, label -> (label: String, style: GroupStyle, y: Double)? in
      guard let last = series.points.last(where: { $0.y?.isFinite == true }), let place = y.position(last.y)
      else {
        return nil
      }
      return (label, styles[series.group], place)
    }
    let places = PlotFrame.spread(ends.map(\.y), height: 14, within: frame.top...frame.bottom)
    for (end, place) in zip(ends, places) {
      svg.write(
        end.label,
        [
          "x": SVG.number(frame.right + 8), "y": SVG.number(place + 4),
          "class": "label \(end.style.className)",
        ])
    }
  }

  /// At most 600 points: of each run of points the lowest and the highest, so that no spike is lost.
  private static func thinned(_ points: [ReportContent.LineChart.Point]) -> [ReportContent.LineChart.Point] {
    guard points.count > 600 else { return points }
    let length = (points.count + 299) / 300
    return stride(from: 0, to: points.count, by: length).flatMap { start in
      let range = start..<min(start + length, points.count)
      let ordered = range.sorted { (points[$0].y ?? .infinity) < (points[$1].y ?? .infinity) }
      return Set([ordered.first, ordered.last].compactMap { $0 }).sorted().map { points[$0] }
    }
  }
}
