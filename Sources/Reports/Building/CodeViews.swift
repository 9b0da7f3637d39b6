import Comparison
import Evaluation
import Foundation
import MoCAProtocols

/// Codes beside the prior, in charts and maps: a set for each prior.
struct CodeViews {
  let entries: [PictureStrips.Entry]

  private typealias Shown = (group: String, view: CodeView)

  var sets: [ReportContent.ViewSet] {
    let priors = entries.filter { $0.pictures.view != nil }.map(\.pictures.prior).uniqued()
    return priors.compactMap { prior in
      let shown = entries.compactMap { entry in
        entry.pictures.prior == prior ? entry.pictures.view.map { (group: entry.group.label, view: $0) } : nil
      }
      return shown.first.map { set(prior, shown, kind: $0.view.kind) }
    }
  }

  private func set(_ prior: String, _ shown: [Shown], kind: CodeView.Kind) -> ReportContent.ViewSet {
    let charts = [angles(shown, kind), kind == .globe ? nil : projections(shown)].compactMap { $0 }
    let counts = shown.map(\.view.codeCount)
    let count = counts.min() == counts.max() ? "\(counts.max() ?? 0)" : "up to \(counts.max() ?? 0)"
    let (panels, words) = panels(shown, kind)
    return .init(
      title: "Codes and prior \(prior)",
      caption: "\(count) codes of held-out images; draws, where the posterior has a spread. \(words)",
      charts: charts,
      panels: panels)
  }

  /// The density of angles, beside its closed form.
  private func angles(_ shown: [Shown], _ kind: CodeView.Kind) -> ReportContent.LineChart? {
    guard let reference = shown.first?.view.angleReference else { return nil }
    let curves = shown.compactMap { entry in entry.view.angles.map { (entry.group, $0) } }
    let isCircle = kind == .circle
    return .init(
      title: isCircle ? "Directions of codes" : "Angles between codes",
      caption: isCircle
        ? "Where codes lie on the circle. At a match every direction is as frequent as any other: the dashed line."
        : "Angles between the codes of all pairs of images. At a match they follow the dashed line, the density of the "
          + "angle between uniform points, sin^(d−2) θ up to a factor. Mass at small angles: codes that crowd together.",
      horizontal: .init(isCircle ? "direction" : "angle", unit: "degrees"),
      vertical: .init("density per radian"),
      series: Self.series(
        curves, reference: isCircle ? "uniform" : "prior", reference, scale: 180 / .pi))
  }

  private func projections(_ shown: [Shown]) -> ReportContent.LineChart? {
    guard let reference = shown.first?.view.projectionReference else { return nil }
    let curves = shown.compactMap { entry in entry.view.projection.map { (entry.group, $0) } }
    return .init(
      title: "Codes along their leading direction",
      caption:
        "Where the prior is alike in all directions, the one in which half of the codes lie farthest from its mean, and "
        + "the density of the other half; elsewhere the leading direction of the prior. Smoothed like the prior's "
        + "(dashed), which a match follows.",
      horizontal: .init("coordinate"), vertical: .init("density"),
      series: Self.series(curves, reference: "prior", reference, scale: 1))
  }

  /// Lines without the far ends at which all densities vanish.
  private static func series(
    _ curves: [(group: String, curve: DensityCurve)], reference label: String, _ reference: DensityCurve,
    scale: Double
  ) -> [ReportContent.LineChart.Series] {
    let all = curves.map(\.curve) + [reference]
    let floor = 0.002 * (reference.densities.max() ?? 0)
    let seen = all.flatMap { curve in zip(curve.positions, curve.densities).filter { $0.1 > floor }.map(\.0) }
    let range = (seen.min() ?? 0)...(seen.max() ?? 0)
    let points = { (curve: DensityCurve) in
      zip(curve.positions, curve.densities).filter { range.contains($0.0) }
        .map { ReportContent.LineChart.Point($0 * scale, $1) }
    }
    return curves.map { .init($0.group, group: $0.group, points: points($0.curve)) }
      + [.init(label, points: points(reference))]
  }

  /// The prior first, then the groups, all over the same part of the plane.
  private func panels(_ shown: [Shown], _ kind: CodeView.Kind) -> ([ReportContent.ViewSet.Panel], String) {
    if kind == .circle { return ([], "") }
    guard let first = shown.first?.view else { return ([], "") }
    let reach = shown.map(\.view.reach).max() ?? first.reach
    let prior = first.mapOfPrior(reach: reach)
    let limit = Self.colorLimit * prior.maximum
    let panels =
      [ReportContent.ViewSet.Panel("prior", map: heatMap(prior, first, reach, limit))]
      + shown.map { entry in
        .init(
          entry.group, group: entry.group,
          map: heatMap(entry.view.map(reach: reach), entry.view, reach, limit))
      }
    let words =
      kind == .globe
      ? "Maps of the sphere in Mollweide's projection, which keeps areas: a match is 1 everywhere, up to the noise that "
        + "the map of as many draws of the prior shows. Smoothed by von Mises-Fisher kernels of concentration "
        + "\(Int(CodeView.globeConcentration))."
      : "Maps of the plane of the two leading directions, smoothed alike: at a match a map looks like that of as many "
        + "draws of the prior."
        + (first.priorRadius == nil ? "" : " The circle holds 95 % of the prior.")
    return (panels, words + " Colours end at \(Self.colorLimit) times the prior's greatest density.")
  }

  /// A group whose codes crowd in one place must not take the colours from the others.
  private static let colorLimit = 1.5

  private func heatMap(
    _ map: DensityMap, _ view: CodeView, _ reach: Double, _ limit: Double
  ) -> ReportContent.HeatMap {
    let values = map.values.map { $0.map { min($0, limit) } }
    if view.kind == .globe {
      return .init(
        columns: map.columns, values: values, valueTitle: "density relative to the uniform distribution",
        expected: 1,
        xRange: [-2, 2], yRange: [-1, 1], lines: Self.graticule)
    }
    let range = [-reach, reach]
    let radius = view.priorRadius.map { [ReportContent.HeatMap.Line(Self.circle($0))] } ?? []
    return .init(
      columns: map.columns, values: values, valueTitle: "density",
      horizontal: .init("first direction", minimum: -reach, maximum: reach),
      vertical: .init("second direction", minimum: -reach, maximum: reach), xRange: range, yRange: range,
      lines: radius)
  }

  private static func circle(_ radius: Double) -> [[Double]] {
    (0...72).map { [radius * cos(Double($0) * .pi / 36), radius * sin(Double($0) * .pi / 36)] }
  }

  /// The outline, meridians and parallels of the globe, on an ellipse four wide and two high.
  private static let graticule: [ReportContent.HeatMap.Line] = {
    let place = { (longitude: Double, latitude: Double) in
      let place = Mollweide.place(longitude: longitude * .pi / 180, latitude: latitude * .pi / 180)
      return [2 * place.x, place.y]
    }
    let meridians = stride(from: -180.0, through: 180, by: 60).map { longitude in
      stride(from: -90.0, through: 90, by: 5).map { place(longitude, $0) }
    }
    let parallels = stride(from: -60.0, through: 60, by: 30).map { latitude in
      [place(-180, latitude), place(180, latitude)]
    }
    return (meridians + parallels).map { .init($0, isGuide: true) }
  }()
}
