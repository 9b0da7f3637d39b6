/// Draws the values of one measure beside the band that draws of the prior itself fall in.
struct NullDrawing {
  private let chart: ReportContent.NullChart
  private let styles: GroupStyles
  private static let width = 480.0
  private static let rowHeight = 24.0

  /// A drawing of a panel.
  init(_ chart: ReportContent.NullChart, styles: GroupStyles) {
    self.chart = chart
    self.styles = styles
  }

  /// The picture.
  var svg: String {
    let labels = chart.rows.map { styles.name($0.label, in: $0.group) }
    let top = 22.0
    let left = min(160, 16 + 8 * Double(labels.map(\.count).max() ?? 4))
    let bottom = top + Self.rowHeight * Double(max(chart.rows.count, 1))
    let hasProbabilities = chart.rows.contains { !$0.probabilities.isEmpty }
    let frame = PlotFrame(
      left: left, top: top, right: Self.width - (hasProbabilities ? 112 : 14), bottom: bottom)
    let values = chart.rows.flatMap { row in
      row.values + [row.nullMedian, row.nullLower, row.nullUpper].compactMap { $0 }
    }
    let x = ChartScale(chart.axis, values: values, from: frame.left, to: frame.right)
    return SVG.picture(width: Self.width, height: bottom + 44, kind: "chart", alternative: alternative) {
      svg in
      frame.drawHorizontal(into: &svg, chart.axis, x, hasGrid: true)
      if hasProbabilities {
        svg.write("p under the null", ["x": SVG.number(frame.right + 10), "y": "13", "class": "tick"])
      }
      for (index, row) in chart.rows.enumerated() {
        draw(row, labels[index], at: top + Self.rowHeight * (Double(index) + 0.5), x, frame, into: &svg)
      }
    }
  }

  /// The panel in words.
  var alternative: String {
    let rows = chart.rows.map { row in
      let values = row.values.map { NumberText.significant($0, digits: 3) }.joined(separator: ", ")
      return "\(row.label) \(values.isEmpty ? "no value" : values)"
        + outsideWords(row)
    }
    return "\(chart.title) of the codes of each group beside the prior's own: " + rows.joined(separator: "; ")
      + "."
  }

  /// Values, null and probability of each row.
  var values: [(label: String, values: [String])] {
    chart.rows.map { row in
      let number = { (value: Double?) in value.map { NumberText.significant($0) } ?? "–" }
      let null = "\(number(row.nullMedian)) [\(number(row.nullLower)), \(number(row.nullUpper))]"
      return (
        row.label,
        [row.values.map { NumberText.significant($0) }.joined(separator: ", "), null, probability(row)]
      )
    }
  }

  /// The probability at which a value is none that draws of the prior would give.
  private static let level = 0.05

  /// For each value whether draws of the prior would not give it: by its own probability, or by the band where that is
  /// not known.
  private func outside(_ row: ReportContent.NullChart.Row) -> [Bool] {
    if row.probabilities.count == row.values.count { return row.probabilities.map { $0 <= Self.level } }
    return row.values.map { value in
      row.nullUpper.map { value > $0 } ?? false || row.nullLower.map { value < $0 } ?? false
    }
  }

  private func outsideWords(_ row: ReportContent.NullChart.Row) -> String {
    let count = outside(row).count { $0 }
    if count == 0 { return "" }
    return count == row.values.count
      ? ", which draws of the prior would not give"
      : ", \(count) of which draws of the prior would not give"
  }

  private func probability(_ row: ReportContent.NullChart.Row) -> String {
    guard let low = row.probabilities.min(), let high = row.probabilities.max() else { return "–" }
    let text = { (value: Double) in NumberText.significant(value, digits: 2) }
    return text(low) == text(high) ? text(low) : "\(text(low)) – \(text(high))"
  }

  private func draw(
    _ row: ReportContent.NullChart.Row, _ label: String, at middle: Double, _ x: ChartScale,
    _ frame: PlotFrame,
    into svg: inout SVG
  ) {
    let style = styles[row.group]
    let baseline = SVG.number(middle + 4)
    svg.write(
      label,
      [
        "x": SVG.number(frame.left - 10), "y": baseline, "text-anchor": "end",
        "class": "label \(style.className)",
      ])
    if let upper = x.position(row.nullUpper) {
      let lower = x.position(row.nullLower) ?? x.base
      svg.add(
        "rect",
        [
          "x": SVG.number(lower), "y": SVG.number(middle - 8), "width": SVG.number(max(upper - lower, 1.5)),
          "height": "16", "class": "null-band",
        ], title: "95 % of draws of the prior")
    }
    if let median = x.position(row.nullMedian) {
      svg.add(
        "path",
        ["d": "M\(SVG.number(median)) \(SVG.number(middle - 8))v16", "class": "null-median"],
        title: "median of draws of the prior")
    }
    svg.open("g", ["class": style.className])
    for (value, isOutside) in zip(row.values, outside(row)) {
      guard let place = x.position(value) else { continue }
      svg.add(
        "path",
        ["d": style.marker(x: place, y: middle, radius: 4.2), "class": isOutside ? "marker" : "open marker"],
        title: "\(row.label): \(NumberText.significant(value))")
    }
    svg.close("g")
    if !row.probabilities.isEmpty {
      svg.write(
        probability(row),
        [
          "x": SVG.number(frame.right + 10), "y": baseline,
          "class": "tick" + (outside(row).allSatisfy { $0 } ? " strong" : ""),
        ])
    }
  }
}
