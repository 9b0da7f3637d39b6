import Comparison
import Foundation

/// Fronts of a sweep, in the planes of two scores each.
struct FrontCharts {
  let comparison: Comparison

  var charts: [ReportContent.ScatterChart] {
    guard let overall = comparison.fronts.first else { return [] }
    let pairs = overall.axes.indices.flatMap { first in
      overall.axes.indices.filter { $0 > first }.map { (first, $0) }
    }
    return pairs.map { chart(overall, $0, $1) }
  }

  private func chart(_ front: ParetoFront, _ first: Int, _ second: Int) -> ReportContent.ScatterChart {
    let dominated = ParetoFront.dominated(front.points.map { [$0.values[first], $0.values[second]] })
    let points = zip(front.points, dominated).map { point, isDominated in
      let label = comparison.groups[point.group].label
      return ReportContent.ScatterChart.Point(
        label, group: label, x: point.values[first], y: point.values[second],
        xInterval: Self.whisker(point.ranges[first]), yInterval: Self.whisker(point.ranges[second]),
        isDominated: isDominated)
    }
    let unbeaten = front.points.filter { !$0.isDominated }.map { comparison.groups[$0.group].label }
    let volumes = comparison.fronts.map { "\($0.family) \(String(format: "%.3f", $0.hypervolume))" }
    let reference = zip(front.axes, front.referencePoint).map { "\($0) \(String(format: "%.3g", $1))" }
    return .init(
      title: "\(front.axes[first]) against \(front.axes[second])",
      caption:
        "Means of groups, with whiskers from the least to the greatest of the seeds; to a grey one there is another "
        + "that is at least as good in both scores and better in one. On the front of all \(front.axes.count) scores: "
        + "\(unbeaten.joined(separator: "; ")). "
        + "Share of the space up to the reference point (\(reference.joined(separator: ", "))) that a front dominates, over all "
        + "\(front.axes.count) scores, to be compared within this report only: "
        + "\(volumes.joined(separator: ", ")).",
      horizontal: .init(front.axes[first], direction: .lower),
      vertical: .init(front.axes[second], direction: .lower), points: points)
  }
  private static func whisker(_ range: ClosedRange<Double>) -> [Double]? {
    range.lowerBound < range.upperBound ? [range.lowerBound, range.upperBound] : nil
  }
}
