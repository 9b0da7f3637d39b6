import Comparison
import Foundation

/// A comparison as CSV (RFC 4180) with one line for each run and score, for a statistics program.
package struct CompareCSV {
  let comparison: Comparison

  package init(_ comparison: Comparison) { self.comparison = comparison }

  /// The lines, the header first.
  package var text: String {
    let header = comparison.keys + ["run", "seed", "state", "subject", "score", "origin", "order", "value"]
    let lines = comparison.groups.enumerated().flatMap { index, group in
      group.members.enumerated().flatMap { position, member -> [[String]] in
        let start = group.coordinates.map(\.value) + [member.run, member.seed, member.state]
        return comparison.columns.map { column in
          let value = column.entries[index].values[position]
          return start
            + [
              column.subject, column.score, column.origin.rawValue, column.order.words,
              value.map { "\($0)" } ?? "",
            ]
        }
      }
    }
    return ([header] + lines).map { $0.map(Self.quoted).joined(separator: ",") }.joined(separator: "\r\n")
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = !text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    return isPlain ? text : "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
