/// Draws points of two scores and the front of those that none beats in both.
struct ScatterDrawing {
  private typealias Point = ReportContent.ScatterChart.Point

  private struct Box {
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double

    func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  private struct Placed {
    let point: Point
    let style: GroupStyle
    let x: Double
    let y: Double
  }

  private let chart: ReportContent.ScatterChart
  private let styles: GroupStyles
  private let frame = PlotFrame(left: 56, top: 32, right: 464, bottom: 274)

  /// A drawing of a chart.
  init(_ chart: ReportContent.ScatterChart, styles: GroupStyles) {
    self.chart = chart
    self.styles = styles
  }

  /// The picture.
  var svg: String {
    let points = chart.points.filter { $0.x.isFinite && $0.y.isFinite }
    let x = ChartScale(
      chart.horizontal, values: points.flatMap { [$0.x] + ($0.xInterval ?? []) }, from: frame.left,
      to: frame.right, padding: 0.07)
    let y = ChartScale(
      chart.vertical, values: points.flatMap { [$0.y] + ($0.yInterval ?? []) }, from: frame.bottom,
      to: frame.top, padding: 0.09)
    let placed = points.compactMap { point -> Placed? in
      guard let left = x.position(point.x), let top = y.position(point.y) else { return nil }
      return Placed(point: point, style: styles[point.group], x: left, y: top)
    }
    return SVG.picture(width: 480, height: 320, kind: "chart", alternative: alternative) { svg in
      frame.draw(into: &svg, horizontal: chart.horizontal, x: x, vertical: chart.vertical, y: y)
      svg.add("path", ["d": front(placed), "class": "front"])
      for point in placed { draw(point, x, y, into: &svg) }
      label(placed, into: &svg)
    }
  }

  /// The chart in words.
  var alternative: String {
    let front = chart.points.filter { !$0.isDominated }.map(\.label)
    return "Points of \(PlotFrame.title(chart.vertical)) against \(PlotFrame.title(chart.horizontal)). "
      + "Not beaten in both: " + (front.isEmpty ? "none" : front.joined(separator: ", ")) + "."
  }

  /// Both values of each point.
  var values: [(label: String, values: [String])] {
    let text = { (value: Double, interval: [Double]?) -> String in
      guard let interval, interval.count == 2 else { return NumberText.significant(value) }
      return NumberText.significant(value)
        + " [\(NumberText.significant(interval[0])), \(NumberText.significant(interval[1]))]"
    }
    return chart.points.map {
      (
        $0.label,
        [text($0.x, $0.xInterval), text($0.y, $0.yInterval), $0.isDominated ? "dominated" : "on the front"]
      )
    }
  }

  /// The steps that bound what the points of the front reach: a mixture of two is not promised.
  private func front(_ points: [Placed]) -> String {
    guard chart.horizontal.direction != .none, chart.vertical.direction != .none else { return "" }
    let sorted = points.filter { !$0.point.isDominated }.sorted { $0.x < $1.x }
    guard sorted.count > 1 else { return "" }
    let isLess = chart.horizontal.direction == .lower
    var corners = [(x: sorted[0].x, y: sorted[0].y)]
    for (previous, next) in zip(sorted, sorted.dropFirst()) {
      corners.append(isLess ? (next.x, previous.y) : (previous.x, next.y))
      corners.append((next.x, next.y))
    }
    return SVG.path(corners.map(Optional.init))
  }

  private func draw(_ placed: Placed, _ x: ChartScale, _ y: ChartScale, into svg: inout SVG) {
    let dimmed = placed.point.isDominated ? " dominated" : ""
    svg.open("g", ["class": placed.style.className + dimmed])
    if let interval = placed.point.xInterval, interval.count == 2, let low = x.position(interval[0]),
      let high = x.position(interval[1])
    {
      svg.add(
        "path",
        ["d": "M\(SVG.number(low)) \(SVG.number(placed.y))H\(SVG.number(high))", "class": "whisker"])
    }
    if let interval = placed.point.yInterval, interval.count == 2, let low = y.position(interval[0]),
      let high = y.position(interval[1])
    {
      svg.add(
        "path",
        ["d": "M\(SVG.number(placed.x)) \(SVG.number(low))V\(SVG.number(high))", "class": "whisker"])
    }
    let hint =
      "\(placed.point.label): \(chart.horizontal.title) \(NumberText.significant(placed.point.x)), "
      + "\(chart.vertical.title) \(NumberText.significant(placed.point.y))"
      + (placed.point.isDominated ? ", dominated" : "")
    svg.add(
      "path",
      ["d": placed.style.marker(x: placed.x, y: placed.y, radius: 4.6), "class": "marker"], title: hint)
    svg.close("g")
  }

  /// Puts each label on the first side of its point where nothing stands yet.
  private func label(_ points: [Placed], into svg: inout SVG) {
    var taken = points.map { Box(left: $0.x - 6, top: $0.y - 6, right: $0.x + 6, bottom: $0.y + 6) }
    for placed in points.sorted(by: { !$0.point.isDominated && $1.point.isDominated }) {
      let label =
        placed.point.label == placed.point.group
        ? styles.name(placed.point.label, in: placed.point.group) : PlotFrame.short(placed.point.label, 24)
      let width = Double(label.count) * (placed.point.isDominated ? 6.9 : 7.6)
      let sides: [(x: Double, y: Double, anchor: String, left: Double)] = [
        (placed.x + 9, placed.y - 6, "start", placed.x + 9),
        (placed.x - 9, placed.y - 6, "end", placed.x - 9 - width),
        (placed.x + 9, placed.y + 14, "start", placed.x + 9),
        (placed.x - 9, placed.y + 14, "end", placed.x - 9 - width),
        (placed.x, placed.y - 12, "middle", placed.x - width / 2),
        (placed.x, placed.y + 21, "middle", placed.x - width / 2),
      ]
      let boxes = sides.map { Box(left: $0.left, top: $0.y - 10, right: $0.left + width, bottom: $0.y + 3) }
      let isInside = { (box: Box) in
        box.left > frame.left && box.right < 478 && box.top > frame.top - 4 && box.bottom < frame.bottom
      }
      let free = boxes.indices.first { index in
        isInside(boxes[index]) && !taken.contains { $0.overlaps(boxes[index]) }
      }
      guard let index = free else { continue }
      taken.append(boxes[index])
      let dimmed = placed.point.isDominated ? " dominated" : ""
      svg.write(
        label,
        [
          "x": SVG.number(sides[index].x), "y": SVG.number(sides[index].y),
          "text-anchor": sides[index].anchor, "class": "label \(placed.style.className)\(dimmed)",
        ])
    }
  }
}
