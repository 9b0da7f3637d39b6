import Comparison

/// A comparison as a table in LaTeX with the rules of booktabs: winners in bold, a footnote on seeds and intervals.
package struct CompareLaTeX {
  let comparison: Comparison

  package init(_ comparison: Comparison) { self.comparison = comparison }

  /// A `tabular`; it needs `\usepackage{booktabs}`.
  package var text: String {
    let rows = CompareRows(comparison)
    let costs = rows.costs
    let titles = rows.keyTitles + ["runs"] + rows.scoreTitles + costs.map(\.title)
    let body = comparison.groups.indices.map { index in
      let group = comparison.groups[index]
      let scores = comparison.columns.map { column in
        let value = rows.value(column, index).map(Self.escaped) ?? "--"
        return switch rows.mark(column, index) {
        case .best: "\\textbf{\(value)}"
        case .alike: "\(value)$^{\\approx}$"
        case .none: value
        }
      }
      let others = (rows.keyCells(group) + [group.stateSummary]).map(Self.escaped)
      return others + scores + costs.map { $0.cells[index].map(Self.escaped) ?? "--" }
    }
    let keys = String(repeating: "l", count: rows.keyTitles.count)
    let layout = keys + String(repeating: "r", count: titles.count - rows.keyTitles.count)
    let lines = [titles.map(Self.escaped)] + body
    let printed = lines.map { $0.joined(separator: " & ") + " \\\\" }
    return """
      % \\usepackage{booktabs}
      \\begin{tabular}{\(layout)}
      \\toprule
      \(printed[0])
      \\midrule
      \(printed.dropFirst().joined(separator: "\n"))
      \\bottomrule
      \\end{tabular}

      \\smallskip
      {\\footnotesize \(Self.escaped(rows.footnote))}
      """
  }

  /// Text whose characters mean nothing to LaTeX; signs that its fonts lack are spelled in its own way.
  static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\textbackslash{}"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "&", "%", "$", "#", "_", "{", "}": "\\\(character)"
      case "<", ">", "|": "$\(character)$"
      case "±": "$\\pm$"
      case "↓": "$\\downarrow$"
      case "↑": "$\\uparrow$"
      case "→": "$\\to$"
      case "∞": "$\\infty$"
      case "≈": "$\\approx$"
      case "≥": "$\\geq$"
      case "λ": "$\\lambda$"
      case "²": "$^2$"
      case "½": "$\\frac12$"
      case "–": "--"
      case "…": "\\dots{}"
      default: String(character)
      }
    }
    .joined()
  }
}
