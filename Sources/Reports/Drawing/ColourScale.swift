/// Colours of densities, from dark to light with even steps for every kind of sight: viridis, by Stéfan van der Walt
/// and Nathaniel Smith, in 32 levels from zero to the largest value of a set of maps.
struct ColourScale {
  private static let levels = 32
  private static let anchors: [(Double, Double, Double)] = [
    (68, 1, 84), (72, 40, 120), (62, 73, 137), (49, 104, 142), (38, 130, 142), (31, 158, 137), (53, 183, 121),
    (110, 206, 88), (181, 222, 43), (253, 231, 37),
  ]

  private let largest: Double
  private let title: String
  private let expected: Double?

  /// A scale that serves all maps.
  init(_ maps: [ReportContent.HeatMap]) {
    let values = maps.flatMap { $0.values.compactMap { $0 } }.filter(\.isFinite)
    largest = max(values.max() ?? 1, 1e-12)
    title = maps.first?.valueTitle ?? ""
    expected = maps.first?.expected
  }

  /// The level of a value; `nil` where it is not finite.
  func level(_ value: Double) -> Int? {
    guard value.isFinite else { return nil }
    return min(max(Int(value / largest * Double(Self.levels)), 0), Self.levels - 1)
  }

  /// The colour of a level.
  func colour(_ level: Int) -> String {
    let place = Double(level) / Double(Self.levels - 1) * Double(Self.anchors.count - 1)
    let index = min(Int(place), Self.anchors.count - 2)
    let (low, high, part) = (Self.anchors[index], Self.anchors[index + 1], place - Double(index))
    let mix = { (from: Double, to: Double) in Int((from + (to - from) * part).rounded()) }
    return "rgb(\(mix(low.0, high.0)) \(mix(low.1, high.1)) \(mix(low.2, high.2)))"
  }

  /// The bar that says which colour is which value.
  var bar: String {
    let (left, width) = (12.0, 296.0)
    let axis = ReportContent.Axis(title, minimum: 0, maximum: largest)
    let x = ChartScale(axis, values: [0, largest], from: left, to: left + width, padding: 0)
    let match = expected.map { "; a match would show \(NumberText.significant($0)) everywhere" } ?? ""
    let alternative =
      "Colours from 0, dark, to \(NumberText.significant(largest, digits: 3)), light: \(title)\(match)"
    return SVG.picture(width: 320, height: 62, kind: "chart bar", alternative: alternative) { svg in
      for level in 0..<Self.levels {
        svg.add(
          "rect",
          [
            "x": SVG.number(left + width * Double(level) / Double(Self.levels)), "y": "8",
            "width": SVG.number(width / Double(Self.levels) + 0.4), "height": "10", "fill": colour(level),
          ])
      }
      PlotFrame(left: left, top: 8, right: left + width, bottom: 18)
        .drawHorizontal(into: &svg, axis, x, hasGrid: false)
      if let place = x.position(expected) {
        svg.add(
          "path", ["d": "M\(SVG.number(place)) 18l-4 -8h8z", "class": "pointer"],
          title: "what a match would show everywhere")
      }
    }
  }
}
