import Comparison
import MoCAProtocols
import Runner

/// The lines of `metrics.jsonl` as charts: means over the runs of a group, with bands from the least to the greatest.
struct CurveCharts {
  let groups: [ReportGroup]

  /// A quantity that all runs share.
  private struct Quantity {
    let key: MetricKey
    let title: String
    let caption: String
    let unit: String?
    var isLogarithmic = false
    var direction = ReportContent.Table.Direction.lower
    var reference: MetricKey?
  }

  private static let shared = [
    Quantity(
      key: .reconstruction, title: "Reconstruction error in training",
      caption:
        "Squared error summed over an image, whatever unit a run trains in, of the images of each step; averaged "
        + "between two lines of the log.",
      unit: "squared error per image", isLogarithmic: true),
    Quantity(
      key: .heldOutReconstruction, title: "Reconstruction error of held-out images",
      caption:
        "Squared error summed over an image that is not trained on, the same images for all runs of a split.",
      unit: "squared error per image", isLogarithmic: true),
    Quantity(
      key: .heldOutSlicedWasserstein, title: "Held-out codes against the prior",
      caption:
        "Sliced Wasserstein distance between codes of held-out images and the prior. A dashed line is what as "
        + "many draws of the prior itself give: a match lies on it.",
      unit: "sliced Wasserstein distance", isLogarithmic: true, reference: .heldOutSlicedWassersteinNull),
    Quantity(
      key: .gradientRatio, title: "Strength of the regularizer",
      caption:
        "Norm of the weighted penalty's gradient at the codes, over that of the reconstruction error: a common "
        + "currency for penalties in different units.",
      unit: "ratio of gradients", isLogarithmic: true, direction: .none),
  ]

  /// The charts for which there are values.
  var charts: [ReportContent.LineChart] {
    (Self.shared.compactMap(chart) + penalties).filter { !$0.series.isEmpty }
  }

  private func chart(_ quantity: Quantity) -> ReportContent.LineChart? {
    var series = groups.compactMap { Self.series($0, quantity.key) }
    if quantity.isLogarithmic {
      // What is zero throughout, as the strength of no regularizer, has no place on a logarithmic axis.
      series = series.filter { $0.points.contains { ($0.y ?? 0) > 0 } }
    }
    if series.isEmpty { return nil }
    return .init(
      title: quantity.title, caption: quantity.caption + bandWords, horizontal: .init("step"),
      vertical: .init(
        quantity.unit ?? quantity.title, isLogarithmic: quantity.isLogarithmic, direction: quantity.direction),
      series: series + (quantity.reference.map(references) ?? []))
  }

  /// What draws of the prior itself give: a line for each prior and size of the codes, that of the group that got
  /// farthest.
  private func references(_ key: MetricKey) -> [ReportContent.LineChart.Series] {
    let codePriors = groups.flatMap(\.runs).compactMap(\.codePrior).uniqued()
    return codePriors.compactMap { codePrior in
      let lines = groups.compactMap { group in
        Self.series(.init(label: group.label, runs: group.runs.filter { $0.codePrior == codePrior }), key)
      }
      let longest = lines.max { ($0.points.last?.x ?? 0) < ($1.points.last?.x ?? 0) }
      return longest.map { line in
        .init(codePrior.label(among: codePriors), points: line.points.map { .init($0.x, $0.y) })
      }
    }
  }

  /// A chart for each regularizer: penalties are in units of their own.
  private var penalties: [ReportContent.LineChart] {
    let names = groups.flatMap(\.runs).compactMap(\.regularizer).uniqued()
    return names.compactMap { name in
      let members = groups.map { group in
        ReportGroup(label: group.label, runs: group.runs.filter { $0.regularizer == name })
      }
      let series = members.compactMap { Self.series($0, .penalty) }
        .filter { $0.points.contains { $0.y != 0 } }
      if series.isEmpty { return nil }
      return .init(
        title: "Penalty of \(name)",
        caption: "Before its weight, in its own unit: not to be compared with other regularizers."
          + bandWords,
        horizontal: .init("step"), vertical: .init("penalty"), series: series)
    }
  }

  private var bandWords: String {
    guard groups.contains(where: { $0.runs.count > 1 }) else { return "" }
    let mixes = groups.contains { Set($0.runs.map(\.seedWords)).count < $0.runs.count }
    return
      " Lines are means over the \(mixes ? "runs of a group, whatever else they differ in" : "seeds"), bands reach "
      + "from least to greatest. A line ends where the first of its runs ends."
  }

  /// The mean over the runs at the steps that all of them logged: over those that are left where one has ended early,
  /// or has left the finite numbers, it would be a mean of other runs.
  private static func series(_ group: ReportGroup, _ key: MetricKey) -> ReportContent.LineChart.Series? {
    let runs = group.runs.map { values(of: $0, key) }.filter { !$0.isEmpty }
    guard let first = runs.first else { return nil }
    let steps = runs.dropFirst().reduce(into: Set(first.keys)) { $0.formIntersection($1.keys) }.sorted()
    if steps.isEmpty { return nil }
    let points = steps.map { step in
      let values = runs.compactMap { $0[step] }
      let mean = values.reduce(0, +) / Double(values.count)
      if !mean.isFinite { return ReportContent.LineChart.Point(Double(step), nil) }
      if runs.count == 1 { return ReportContent.LineChart.Point(Double(step), mean) }
      return ReportContent.LineChart.Point(Double(step), mean, lower: values.min(), upper: values.max())
    }
    return .init(group.label, group: group.label, points: points)
  }

  /// The values of a run by their steps.
  private static func values(of run: ComparedRun, _ key: MetricKey) -> [Int: Double] {
    run.metrics.reduce(into: [:]) { values, line in
      guard let step = line[.step], let value = line[key] else { return }
      values[Int(step)] = key == .reconstruction ? run.summedReconstruction(value) : value
    }
  }
}
