import Comparison
import MoCAProtocols
import Runner
import Terminal

struct DiffReport {
  private let difference: RunDifference
  private let names: [String]

  init(_ difference: RunDifference, names: [String]) {
    self.difference = difference
    self.names = names
  }

  private var parts: [(title: String, values: [Experiment.Difference])] {
    [
      ("configuration", difference.configuration), ("record", difference.record), ("data", difference.data),
    ]
  }

  var tree: ConfigurationValue {
    let curves = difference.curves.map { curve in
      ConfigurationValue.object([
        .init("quantity", .string(curve.quantity)), .init("commonSteps", .integer(curve.count)),
        .init("firstDifference", Self.value(curve.firstDifference)),
        .init("notFinite", Self.value(curve.notFinite)),
        .init("isTested", .boolean(curve.isTested)),
        .init("partsBeyondNoise", Self.tree(of: curve.parting)),
        .init("lastStep", Self.value(curve.lastStep)),
        .init("first", curve.first.map { .number($0) } ?? .null),
        .init("second", curve.second.map { .number($0) } ?? .null),
      ])
    }
    return .object(
      [
        .init("runs", .list(names.map { .string($0) })), .init("isSame", .boolean(difference.isSame)),
        .init("commonSteps", .integer(difference.commonSteps)),
      ]
        + parts.map { part in
          .init(
            part.title,
            .list(
              part.values.map { value in
                .object([
                  .init("key", .string(value.key)), .init("first", value.mine ?? .null),
                  .init("second", value.theirs ?? .null),
                ])
              }))
        } + [
          .init("curves", .list(curves)), .init("notes", .list(difference.notes.map { .string($0) })),
        ])
  }

  var text: String {
    var blocks = parts.filter { !$0.values.isEmpty }.map(table)
    let same = parts.filter(\.values.isEmpty).map(\.title)
    if !same.isEmpty { blocks.append("the same: " + same.joined(separator: ", ")) }
    blocks.append(curves)
    if !difference.notes.isEmpty {
      blocks.append(difference.notes.map { "note: \($0)" }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  private func table(_ part: (title: String, values: [Experiment.Difference])) -> String {
    var table = TextTable(columns: [
      .init(part.title), .init("first", title: names[0]), .init("second", title: names[1]),
    ])
    for value in part.values {
      let cells = [value.mine, value.theirs].map {
        $0.map { ConfigurationValue.string($0.text ?? $0.json) } ?? .null
      }
      table.append([.string(value.key)] + cells)
    }
    return table.text()
  }

  private var curves: String {
    let steps = difference.commonSteps
    if steps == 0 { return "curves: the runs have no logged step in common" }
    if difference.isSame { return "the same, bit for bit, over \(steps) logged steps" }
    var table = TextTable(columns: [
      .init("quantity"), .init("differs", title: "differs at"), .init("parts", title: "parts at"),
      .init("by"),
      .init("noise", title: "noise up to"), .init("first", title: names[0]), .init("second", title: names[1]),
    ])
    for curve in difference.curves {
      table.append([
        .string(curve.quantity), .string(curve.firstDifference.map(String.init) ?? "nowhere"),
        .string(Self.parting(curve)), Self.number(curve.parting?.difference),
        Self.number(curve.parting?.bound),
        Self.number(curve.first), Self.number(curve.second),
      ])
    }
    return
      "curves over \(steps) common logged steps; differences are second minus first, values those at each "
      + "curve's last common step\n"
      + table.text()
  }

  private static func parting(_ curve: CurveDifference) -> String {
    if curve.firstDifference == nil { return "nowhere" }
    if let parting = curve.parting { return String(parting.step) }
    if let step = curve.notFinite { return "not finite from \(step)" }
    return curve.isTested ? "not beyond noise" : "too few steps"
  }

  private static func tree(of parting: CurveDifference.Parting?) -> ConfigurationValue {
    guard let parting else { return .null }
    return .object([
      .init("step", .integer(parting.step)), .init("window", .integer(parting.window)),
      .init("difference", .number(parting.difference)), .init("bound", .number(parting.bound)),
    ])
  }

  private static func value(_ step: Int?) -> ConfigurationValue { step.map { .integer($0) } ?? .null }
  private static func number(_ value: Double?) -> ConfigurationValue { value.map { .number($0) } ?? .null }
}
