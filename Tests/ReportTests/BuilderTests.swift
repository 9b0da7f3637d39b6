import Foundation
import Metrics
import Reports
import Testing

@Suite("A report says what the runs say")
struct BuilderTests {
  private let runs: WrittenRuns

  init() throws { runs = try WrittenRuns() }

  private func curve(_ title: String, of content: ReportContent) throws -> ReportContent.LineChart {
    try #require(content.curves.first { $0.title.hasPrefix(title) })
  }

  @Test("training errors in different units are summed over an image before they share an axis")
  func units() throws {
    // 300 values in an image; the third unit is a fifth of the sum.
    for (unit, value) in [("sum", 60.0), ("mean", 0.2), ("wae", 12)] {
      try runs.add(.init(unit: unit, log: [(1, ["reconstruction": value]), (10, ["reconstruction": value])]))
    }
    let content = try runs.content()
    let chart = try curve("Reconstruction error in training", of: content)
    let values = chart.series.flatMap(\.points).compactMap(\.y)
    #expect(values.count == 6 && values.allSatisfy { abs($0 - 60) < 1e-9 }, "\(values)")
    let facts = content.cells.map { cell in
      cell.facts.first { $0.name == "last training reconstruction error" }?.value
    }
    #expect(facts == ["60", "60", "60"])
  }

  @Test("a mean ends where the first of its runs ends")
  func survivors() throws {
    let log = { (values: [Double]) in
      values.enumerated().map { (step: $0.offset + 1, values: ["reconstruction": $0.element]) }
    }
    // The first one has scores that count, so that there are groups.
    let end = (step: 10, values: ["reconstruction": 4.0, "heldOutReconstruction": 4])
    try runs.add(.init(seed: 0, log: log([8, 7, 6, 5]) + [end]))
    try runs.add(.init(seed: 1, log: log([10, 9, 8])))
    let series = try curve("Reconstruction error in training", of: runs.content()).series
    let line = try #require(series.first)
    #expect(series.count == 1)
    #expect(line.points.map(\.x) == [1, 2, 3] && line.points.map(\.y) == [9, 8, 7])
    #expect(line.points.map(\.lower) == [8, 7, 6] && line.points.map(\.upper) == [10, 9, 8])
  }

  @Test("each size of the codes has a line of its prior's own draws, and one evaluation is a mark")
  func references() throws {
    for (size, null) in [(8, 0.1), (16, 0.2)] {
      for seed in [0, 1] {
        let values = ["heldOut.slicedWasserstein": 1, "heldOut.slicedWasserstein.null": null]
        try runs.add(.init(seed: seed, size: size, log: [(10, values)]))
      }
    }
    var content = try runs.content()
    content.curves = [try curve("Held-out codes", of: content)]
    let lines = content.curves[0].series.filter { $0.group == nil }
    #expect(lines.map(\.label) == ["prior size 8", "prior size 16"])
    #expect(lines.map { $0.points.map(\.y) } == [[0.1], [0.2]])
    let page = try Page(content)
    let marks = page.elements("path").filter { $0.attributes["class"] == "marker" && $0.path.last == "g" }
    #expect(page.failure == nil && marks.count == 4)
  }

  @Test("each seed's value is judged by its own null, and the band holds all of them")
  func nulls() throws {
    let null = { (upper: Double, probability: Double) in
      NullComparison(median: 0.5, upper: upper, probability: probability)
    }
    try runs.add(.init(regularizer: "mmd", seed: 0, match: (1, null(0.9, 0.01))))
    try runs.add(.init(regularizer: "mmd", seed: 1, match: (1, null(1.5, 0.4))))
    try runs.add(.init(regularizer: "moca", seed: 0, match: (2, null(0.9, 0.01))))
    try runs.add(.init(regularizer: "moca", seed: 1, match: (2, null(1.5, 0.05))))
    let content = try runs.content()
    #expect(content.latentMatch.first?.rows.map(\.nullUpper) == [1.5, 1.5])
    let page = try Page(content)
    let figure = page.elements.filter {
      $0.path.contains("section") && $0.attributes["class"]?.contains("marker") == true
    }
    #expect(figure.count { $0.attributes["class"] == "open marker" } == 1)
    let strong = page.elements("text").filter { $0.attributes["class"] == "tick strong" }
    #expect(strong.count == 1)
    #expect(page.html.contains("1 of which draws of the prior would not give"))
  }

  @Test("tables show deviations over seeds, adjusted probabilities, and the sign of what is better")
  func tables() throws {
    for seed in [0, 1, 2] {
      let null = NullComparison(median: 0, lower: -1, upper: 1, probability: 0.5)
      for (name, shift) in [("mmd", 0.0), ("moca", 5)] {
        let value = shift + Double(seed) + (shift > 0 && seed == 1 ? 0.5 : 0)
        let log = [(step: 10, values: ["heldOutReconstruction": value + 1])]
        try runs.add(
          .init(regularizer: name, seed: seed, log: log, score: "slicedWasserstein", match: (value, null)))
      }
    }
    let content = try runs.content()
    let (scores, differences) = (content.tables[0], content.tables[1])
    let index = try #require(scores.columns.firstIndex { $0.target == "match" })
    #expect(scores.rows[0].values[index].spread == 1 && scores.rows[0].values[index].lower == nil)
    #expect(differences.caption.contains("distances from the match") && differences.caption.contains("Holm"))
    let remarks = differences.rows.flatMap(\.values).compactMap(\.remark)
    #expect(remarks.count == differences.columns.count && remarks.allSatisfy { $0.hasPrefix("p = ") })
    let page = try Page(content)
    #expect(page.text.contains("→match") && page.text.contains("± 1.0") && page.text.contains(remarks[0]))
  }

  @Test("progress reaches its total")
  func progress() throws {
    final class Seen: @unchecked Sendable { var steps: [[Int?]] = [] }
    let seen = Seen()
    for name in ["mmd", "moca"] { try runs.add(.init(regularizer: name)) }
    _ = try runs.content { done, total, what in if what == "pictures" { seen.steps.append([done, total]) } }
    #expect(seen.steps == [[1, 2], [2, 2]])
  }
}
