import Evaluation
import Foundation
import Reports

extension DemoContent {
  static var curves: [ReportContent.LineChart] {
    let steps = stride(from: 50.0, through: 4000, by: 50)
    let series = { (scale: Double, floor: Double, noise: Double) in
      zip(groups, finals).map { group, final in
        ReportContent.LineChart.Series(
          group, group: group,
          points: steps.map { step in
            let end = final / 32 * floor
            let y = end + scale * exp(-step / 500) + noise * sin(step / 90 + final)
            let isLost = group == groups[3] && scale < 1 && step > 3000
            return .init(
              step, isLost ? nil : y, lower: y - 2 * noise - y * 0.03, upper: y + 2 * noise + y * 0.03)
          })
      }
    }
    let step = ReportContent.Axis("step")
    return [
      .init(
        title: "Reconstruction error of held-out images",
        caption: "Mean over seeds; bands from least to largest seed.",
        horizontal: step, vertical: .init("squared error", direction: .lower), series: series(90, 32, 0.2)),
      .init(
        title: "Sliced Wasserstein distance of held-out codes",
        caption: "Bands as before; the grey line is the median of draws of the prior itself.",
        horizontal: step,
        vertical: .init("distance", isLogarithmic: true, direction: .lower),
        series: series(0.4, 0.013, 0.0004)
          + [.init("prior", points: [.init(50, 0.0109), .init(4000, 0.0109)])]),
    ]
  }

  static var front: ReportContent.ScatterChart {
    let weights = [0.1, 1, 10]
    let points = zip(groups.indices, groups).flatMap { index, group in
      weights.enumerated().map { place, weight -> ReportContent.ScatterChart.Point in
        let x = finals[index] + Double(place * place) * 0.9
        let y = 0.021 - Double(place) * 0.004 + Double(index % 3) * 0.0011
        return .init(
          "\(group), \(weight)", group: group, x: x, y: y, xInterval: [x - 0.2, x + 0.2],
          yInterval: [y - 0.0005, y + 0.0005], isDominated: index != 0 && !(index == 3 && place == 2))
      }
    }
    return .init(
      title: "Reconstruction against match of the codes",
      caption: "Weights 0.1, 1 and 10. Dominated ones are hollow.",
      horizontal: .init("squared error", direction: .lower),
      vertical: .init("sliced Wasserstein distance", direction: .lower), points: points)
  }

  static var nulls: [ReportContent.NullChart] {
    [
      ("Sliced Wasserstein distance", 0.0109), ("Maximum mean discrepancy", 0.00021),
      ("Energy distance", 0.0043),
    ]
    .map { title, null in
      .init(
        title: title,
        caption: "5,000 held-out codes; the grey band holds 95 % of as many draws of the prior.",
        axis: .init(title.lowercased(), isLogarithmic: null < 0.001, direction: .lower),
        rows: groups.enumerated().map { index, group in
          let factor = [1.04, 1.3, 1.9, 0.99][index]
          return .init(
            group, group: group, values: [0.97, 1, 1.04].map { $0 * null * factor }, nullMedian: null,
            nullLower: null * 0.9, nullUpper: null * 1.13,
            probabilities: factor > 1.2 ? [0.002, 0.002] : [0.11, 0.64])
        })
    }
  }

  static var angles: ReportContent.ViewSet {
    let law = { (angle: Double, power: Double) in pow(sin(angle), power) }
    let points = { (power: Double) in
      stride(from: 0.0, through: 180, by: 4).map { degrees in
        ReportContent.LineChart.Point(degrees, law(degrees / 180 * .pi, power) * sqrt(power / 2 / .pi))
      }
    }
    let powers = [14.2, 13.1, 9.0, 14.0]
    return .init(
      title: "Angles between codes", caption: "At a match all lines fall on the prior's distribution.",
      charts: [
        .init(
          title: "Density of the angle between random pairs of codes",
          caption: "The closed form of the uniform distribution on the sphere is dashed.",
          horizontal: .init("angle", unit: "°"), vertical: .init("density"),
          series: zip(groups, powers).map { .init($0, group: $0, points: points($1)) }
            + [.init("prior", points: points(14))])
      ])
  }

  static var directions: ReportContent.ViewSet {
    let (columns, rows) = (72, 36)
    let values = { (strength: Double) in
      (0..<columns * rows).map { index -> Double? in
        let x = (Double(index % columns) + 0.5) / Double(columns) * 2 - 1
        let y = 1 - (Double(index / columns) + 0.5) / Double(rows) * 2
        guard x * x + y * y < 1 else { return nil }
        return max(0, 1 + strength * sin(5 * x) * cos(4 * y) + 0.1 * sin(Double(index * index % 97)))
      }
    }
    let outline = stride(from: 0.0, through: 360, by: 5).map { degrees -> [Double] in
      let angle = degrees * .pi / 180
      return [2 * cos(angle), sin(angle)]
    }
    let hill = (0..<1600).map { index -> Double? in
      let (x, y) = (Double(index % 40) - 20, Double(index / 40) - 20)
      return 2 * exp(-(x * x + y * y) / 90)
    }
    return .init(
      title: "Directions of the codes",
      caption: "Mollweide projection, which keeps areas; a match is one even colour.",
      panels: zip(groups, [0.1, 0.3, 0.9, 0.2]).map { group, strength in
        .init(
          group, group: group,
          map: .init(
            columns: columns, values: values(strength), valueTitle: "density relative to the prior's",
            expected: 1,
            xRange: [-2, 2], yRange: [-1, 1], lines: [.init(outline, isGuide: true)]))
      }
        + [
          .init(
            "the plane, with axes", group: groups[0],
            map: .init(
              columns: 40, values: hill, valueTitle: "density relative to the prior's",
              horizontal: .init("first direction", minimum: -3, maximum: 3),
              vertical: .init("second direction", minimum: -3, maximum: 3), xRange: [-3, 3], yRange: [-3, 3],
              lines: [.init(outline.map { [$0[0], $0[1] * 2] })]))
        ])
  }

  func strip(_ title: String, rows: [String]) throws -> ReportContent.PictureStrip {
    let size = 32
    let picture = { (row: Int, column: Int) throws -> ReportContent.Picture in
      var bytes: [UInt8] = []
      for index in 0..<size * size {
        let (x, y) = (Double(index % size) - 15.5, Double(index / size) - 15.5)
        let radius = 5 + Double(column * 7 % 9)
        let isInside = column % 3 == 0 ? abs(x) + abs(y) < radius : x * x + y * y < radius * radius
        let blur = Double(row) * 12
        let color =
          isInside
          ? [220 - blur, 60 + Double(column * 20), 80 + blur] : [30 + blur, 36, 60 + Double(column * 9)]
        bytes += color.map { UInt8(min(max($0, 0), 255)) }
      }
      return .init(png: try encode(bytes, size), width: size, height: size)
    }
    return .init(
      title: title, caption: "One column is one code; all rows decode the same ten.", columnName: "code",
      rows: try rows.enumerated().map { row, label in
        .init(
          label, group: Self.groups.contains(label) ? label : nil,
          remark: label == "originals" ? nil : "seed 0",
          pictures: try (0..<10).map { try picture(row, $0) })
      })
  }
}
