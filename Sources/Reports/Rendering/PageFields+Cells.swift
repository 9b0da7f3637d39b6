extension PageFields {
  /// The fields of all cells; each with what differs from the first.
  func cells() -> [Fields] {
    let first = content.cells.first
    return content.cells.enumerated().map { index, cell in
      let differences = first.map { Self.differences(from: $0.configuration, to: cell.configuration) } ?? []
      return [
        "cellId": "run-\(index + 1)", "cellName": Templates.clean(cell.name),
        "cellSwatch": cell.group == nil ? "" : styles[cell.group].swatch,
        "state": Templates.clean(cell.state), "isFailed": cell.standing == .failed,
        "isUnfinished": cell.standing == .unfinished, "reason": Templates.optional(cell.reason),
        "place": cell.coordinates.map { "\($0.name) = \($0.value)" }.map(Templates.clean)
          .joined(separator: ", "),
        "cellFacts": Templates.fields(of: cell.facts), "command": Templates.clean(cell.command),
        "configuration": Templates.fields(of: cell.configuration), "isFirst": index == 0,
        "firstName": Templates.clean(first?.name ?? ""), "hasDifferences": !differences.isEmpty,
        "differences": differences,
      ]
    }
  }

  /// The keys whose values differ, in the order of the first configuration, then those that only the second has.
  private static func differences(
    from first: [ReportContent.Fact], to second: [ReportContent.Fact]
  ) -> [Fields] {
    let before = Dictionary(first.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let after = Dictionary(second.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let keys = first.map(\.name) + second.map(\.name).filter { before[$0] == nil }
    return keys.filter { before[$0] != after[$0] }.map { key in
      [
        "differenceKey": Templates.clean(key), "before": Templates.clean(before[key] ?? "–"),
        "after": Templates.clean(after[key] ?? "–"),
      ]
    }
  }
}
