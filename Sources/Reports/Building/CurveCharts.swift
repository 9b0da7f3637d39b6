import Runner

/// The lines of `metrics.jsonl` as charts: means over the seeds, with bands from the least to the greatest.
struct CurveCharts {
  let groups: [ReportGroup]

  /// Points of a line, at most.
  static let pointLimit = 160

  /// A quantity that all runs share.
  private struct Quantity {
    let key: String
    let title: String
    let caption: String
    let unit: String?
    var isLogarithmic = false
    var direction = ReportContent.Table.Direction.lower
    var reference: String?
  }

  private static let shared = [
    Quantity(
      key: "reconstruction", title: "Reconstruction error in training",
      caption: "Of the images of each step, averaged between two lines of the log.",
      unit: "squared error per image", isLogarithmic: true),
    Quantity(
      key: "heldOutReconstruction", title: "Reconstruction error of held-out images",
      caption: "Of images that are not trained on, the same for all runs of a split.",
      unit: "squared error per image", isLogarithmic: true),
    Quantity(
      key: "heldOut.slicedWasserstein", title: "Held-out codes against the prior",
      caption:
        "Sliced Wasserstein distance between codes of held-out images and the prior. The dashed line is what "
        + "as many draws of the prior itself give: a match lies on it.",
      unit: "sliced Wasserstein distance", isLogarithmic: true, reference: "heldOut.slicedWasserstein.null"),
    Quantity(
      key: "gradientRatio", title: "Strength of the regularizer",
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
    if let key = quantity.reference, let first = groups.first(where: { Self.series($0, key) != nil }),
      let reference = Self.series(first, key)
    {
      let points = reference.points.map { ReportContent.LineChart.Point($0.x, $0.y) }
      series.append(.init("draws of the prior", points: points))
    }
    return .init(
      title: quantity.title, caption: quantity.caption + bandWords, horizontal: .init("step"),
      vertical: .init(
        quantity.unit ?? quantity.title, isLogarithmic: quantity.isLogarithmic, direction: quantity.direction),
      series: series)
  }

  /// A chart for each regularizer: penalties are in units of their own.
  private var penalties: [ReportContent.LineChart] {
    let names = groups.map { $0.runs.lazy.compactMap(\.regularizer).first }
    let distinct = names.compactMap { $0 }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return distinct.compactMap { name in
      let members = zip(groups, names).filter { $0.1 == name }.map(\.0)
      let series = members.compactMap { Self.series($0, "penalty") }
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
    groups.contains { $0.runs.count > 1 }
      ? " Lines are means over the seeds, bands reach from least to greatest." : ""
  }

  /// The mean over the runs at the steps that all of them logged.
  private static func series(_ group: ReportGroup, _ key: String) -> ReportContent.LineChart.Series? {
    let runs = group.runs.map { run in
      run.metrics.reduce(into: [Int: Double]()) { values, line in
        if let step = line["step"], let value = line[key] { values[Int(step)] = value }
      }
    }.filter { !$0.isEmpty }
    guard let first = runs.first else { return nil }
    // A run that ended early ends its share of the band, not the line.
    let steps = runs.dropFirst().reduce(into: Set(first.keys)) { $0.formUnion($1.keys) }.sorted()
    let stride = max(1, (steps.count + pointLimit - 1) / pointLimit)
    let kept = steps.enumerated().filter { $0.offset % stride == 0 || $0.offset == steps.count - 1 }.map(
      \.element)
    let points = kept.map { step in
      let values = runs.compactMap { $0[step] }.filter(\.isFinite)
      if values.isEmpty { return ReportContent.LineChart.Point(Double(step), nil) }
      let mean = values.reduce(0, +) / Double(values.count)
      if runs.count == 1 { return ReportContent.LineChart.Point(Double(step), mean) }
      return ReportContent.LineChart.Point(Double(step), mean, lower: values.min(), upper: values.max())
    }
    return .init(group.label, group: group.label, points: points)
  }
}

extension ComparedRun {
  /// The name of its regularizer.
  var regularizer: String? { run?.configuration["regularizer"]?["name"]?.text }
}
