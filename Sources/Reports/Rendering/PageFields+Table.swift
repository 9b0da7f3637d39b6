extension PageFields {
  /// The fields of a table.
  mutating func table(_ table: ReportContent.Table) -> Fields {
    let number = nextTable()
    let columns = table.columns.enumerated().map { index, column in
      let decimals =
        column.decimals
        ?? Self.decimals(
          of: table.rows, index, digits: column.direction == .none && column.target == nil ? 3 : 4)
      return (column: column, decimals: decimals)
    }
    return [
      "tableId": "table-\(number)", "tableNumber": number, "tableTitle": Templates.clean(table.title),
      "tableCaption": Templates.clean(table.caption), "rowTitle": Templates.clean(table.rowTitle),
      "isWide": columns.count > 7, "isVeryWide": columns.count > 11, "families": Self.families(table.columns),
      "hasFamilies": table.columns.contains { $0.family != nil },
      "columns": table.columns.map(Self.heading),
      "rows": table.rows.filter { $0.group != nil }.map { row($0, columns) },
      "references": table.rows.filter { $0.group == nil }.map { row($0, columns) },
      "hasReferences": table.rows.contains { $0.group == nil },
      "footnotes": table.footnotes.map(Templates.clean),
      "helps": table.columns.compactMap { column -> Fields? in
        column.help.map { ["name": Templates.clean(column.title), "value": Templates.clean($0)] }
      },
      "hasHelps": table.columns.contains { $0.help != nil }, "hasCards": !table.cards.isEmpty,
      "cards": table.cards.map { card -> Fields in
        ["cardTitle": Templates.clean(card.title), "cardFacts": Templates.fields(of: card.facts)]
      },
    ]
  }

  private static func decimals(of rows: [ReportContent.Table.Row], _ column: Int, digits: Int) -> Int? {
    let values = rows.compactMap { $0.values.indices.contains(column) ? $0.values[column] : nil }
    let widths = values.compactMap { value in
      value.lower.flatMap { lower in value.upper.map { $0 - lower } } ?? value.spread.map { 2 * $0 }
    }
    return NumberText.decimals(for: values.compactMap(\.mean), intervals: widths, digits: digits)
  }

  private static func families(_ columns: [ReportContent.Table.Column]) -> [Fields] {
    var families: [(name: String?, count: Int)] = []
    for column in columns {
      if let last = families.last, last.name == column.family {
        families[families.count - 1].count += 1
      } else {
        families.append((column.family, 1))
      }
    }
    return families.map {
      ["family": Templates.clean($0.name ?? ""), "span": $0.count, "isNamed": $0.name != nil]
    }
  }

  private static func heading(_ column: ReportContent.Table.Column) -> Fields {
    let (arrow, hint) =
      switch column.direction {
      case .lower: ("↓", "less is better")
      case .higher: ("↑", "more is better")
      case .none: column.target.map { ("→\($0)", "nearer to \($0) is better") } ?? ("", "")
      }
    return [
      "columnTitle": Templates.clean(column.title), "isShort": column.title.count <= 12,
      "unit": Templates.optional(column.unit),
      "arrow": Templates.optional(arrow), "arrowHint": hint,
    ]
  }

  private func row(
    _ row: ReportContent.Table.Row, _ columns: [(column: ReportContent.Table.Column, decimals: Int?)]
  ) -> Fields {
    let values = columns.enumerated().map { index, entry in
      let value = row.values.indices.contains(index) ? row.values[index] : .init(text: "")
      return Self.value(value, decimals: entry.decimals)
    }
    return [
      "rowLabel": Templates.clean(row.label), "rowSwatch": row.group == nil ? "" : styles[row.group].swatch,
      "seeds": row.seeds.map { $0 == 1 ? "1 seed" : "\($0) seeds" } ?? false,
      "rowRemark": Templates.optional(row.remark), "values": values,
    ]
  }

  private static func value(_ value: ReportContent.Table.Value, decimals: Int?) -> Fields {
    let text = { (number: Double) in
      decimals.map { NumberText.fixed(number, decimals: $0) } ?? NumberText.significant(number)
    }
    var interval: Any = false
    if let lower = value.lower, let upper = value.upper { interval = "\(text(lower)) – \(text(upper))" }
    if value.lower == nil, let spread = value.spread { interval = "± \(text(spread))" }
    return [
      "remark": Templates.optional(value.remark),
      "number": value.mean.map(text) ?? Templates.clean(value.text ?? "–"), "interval": interval,
      "sortValue": value.mean.flatMap { $0.isFinite ? String($0) : nil } ?? "", "isText": value.mean == nil,
      "isBest": value.mark == .best, "isTied": value.mark == .tied,
    ]
  }
}
