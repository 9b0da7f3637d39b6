import Evaluation
import Foundation
import Metrics
import MoCAProtocols
import Terminal

/// What `moca evaluate` prints: one column for each set of images, then the codes, then what was left out.
struct EvaluationReport {
  let evaluation: Evaluation
  let showsCards: Bool

  func text(width: Int?) -> String {
    var blocks: [String] = []
    if !images.isEmpty {
      blocks.append(imageTable.text(width: width))
      if let reference = evaluation.reference { blocks.append("compared with \(reference)") }
    }
    for subject in codes {
      let table = isAgainstNull(subject) ? nullTable(subject) : plainTable(subject)
      blocks.append(
        "\(Console.bold(subject.subject)), \(subject.count)\n" + table.text(width: width)
          + verdict(of: subject))
    }
    if !evaluation.pictures.isEmpty {
      blocks.append(
        "samples above their nearest training images: \(evaluation.pictures.joined(separator: ", "))")
    }
    if showsCards { blocks += cards }
    if !evaluation.notes.isEmpty {
      blocks.append(evaluation.notes.map { "note: \($0)" }.joined(separator: "\n"))
    }
    return blocks.isEmpty ? "nothing was measured" : blocks.joined(separator: "\n\n")
  }

  private var images: [SubjectScores] { evaluation.subjects.filter(\.role.isOfImages) }

  private var codes: [SubjectScores] { evaluation.subjects.filter { !$0.role.isOfImages } }

  /// One row for each score, those of reconstructions first.
  private var imageTable: TextTable {
    var table = TextTable(columns: [.init("score", title: "")] + images.map { .init($0.subject) })
    table.append([.string("images")] + images.map { .string(String($0.count)) })
    for name in scoreNames {
      let cells = images.map { subject in
        subject.scores.first { $0.card.score == name }.map(Self.cell) ?? "-"
      }
      table.append([.string(name)] + cells.map { .string($0) })
    }
    return table
  }

  private var scoreNames: [String] {
    let ordered = images.filter { $0.role == .reconstructions } + images
    return ordered.flatMap(\.scores).map(\.card.score).uniqued()
  }

  private static func cell(_ score: Score) -> String {
    guard let value = score.value else { return "not finite" }
    return Console.number(value) + (score.error.map { " ± " + String(format: "%.2g", $0) } ?? "")
  }

  private func isAgainstNull(_ subject: SubjectScores) -> Bool {
    subject.scores.contains { $0.null?.probability != nil }
  }

  private func nullTable(_ subject: SubjectScores) -> TextTable {
    var table = TextTable(columns: [
      "measure", "codes", "value", .init("null", title: "at a match"), "band", "p",
      .init("limit", title: "limit distribution"),
    ])
    for score in subject.scores {
      let number = { (value: Double?) in value.map(Console.number) ?? "-" }
      let lower = score.null?.lower.map { Console.number($0) + " … " } ?? "≤ "
      let band = score.null?.upper.map { lower + Console.number($0) } ?? "-"
      table.append([
        .string(score.card.score), .string(String(score.card.count)), .string(Self.cell(score)),
        .string(number(score.null?.median)), .string(band),
        .string(number(score.null?.probability)), .string(number(score.null?.asymptoticProbability)),
      ])
    }
    return table
  }

  private func plainTable(_ subject: SubjectScores) -> TextTable {
    var table = TextTable(columns: ["score", "value", "parameters"])
    for score in subject.scores {
      table.append([
        .string(score.card.score), .string(Self.cell(score)), .string(score.card.parameters ?? ""),
      ])
    }
    return table
  }

  /// How many of the measures refuse at 1 %.
  private func verdict(of subject: SubjectScores) -> String {
    let probabilities = subject.scores.compactMap { $0.null?.probability }
    let (count, refusing) = (probabilities.count, probabilities.count { $0 <= 0.01 })
    if count < 2 { return "" }
    return "\n\(refusing) of \(count) measures tell the codes from the prior at 1 %; "
      + "\(Console.number(Double(count) / 100)) would by chance."
  }

  private var cards: [String] {
    evaluation.subjects.flatMap { subject in
      subject.scores.map { score in
        Console.bold("\(score.card.score) of \(subject.subject)") + "\n"
          + Console.aligned(
            score.card.fields.dropFirst().filter { $0.value != "-" }.map { ("  \($0.name)", $0.value) })
      }
    }
  }
}
