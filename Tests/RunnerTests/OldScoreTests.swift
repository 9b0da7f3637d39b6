import Evaluation
import Foundation
import Metrics
import Runner
import Testing

@Suite("Scores say their order, and those of older files are read as before")
struct OldScoreTests {
  private struct Case {
    let subject: String
    let role: SubjectRole
    let name: String
    let order: ScoreOrder
    var kind = ScoreKind.other
    var null: NullComparison?
  }

  /// What metrics say today of the scores whose names older files hold.
  private static let cases: [Case] = [
    .init(subject: "prior", role: .priorSamples, name: "FD-cifar", order: .lower, kind: .imageDistance),
    .init(subject: "prior", role: .priorSamples, name: "FID", order: .lower, kind: .imageDistance),
    .init(subject: "prior", role: .priorSamples, name: "FID∞", order: .lower),
    .init(subject: "prior", role: .priorSamples, name: "FD-cifar∞", order: .lower),
    .init(subject: "prior", role: .priorSamples, name: "KID", order: .lower),
    .init(subject: "prior", role: .priorSamples, name: "KD-cifar", order: .lower),
    .init(subject: "prior", role: .priorSamples, name: "MIND-cifar", order: .lower),
    .init(subject: "prior", role: .priorSamples, name: "Inception score", order: .higher),
    .init(subject: "prior", role: .priorSamples, name: "precision-cifar", order: .higher),
    .init(subject: "prior", role: .priorSamples, name: "coverage", order: .higher),
    .init(subject: "prior", role: .priorSamples, name: "sharpness", order: .none),
    .init(subject: "prior", role: .priorSamples, name: "authentic-cifar", order: .nearer(to: 0.5)),
    .init(subject: "prior", role: .priorSamples, name: "copying C_T", order: .nearer(to: 0)),
    .init(subject: "prior", role: .priorSamples, name: "closer than held-out", order: .none),
    .init(subject: "gmm", role: .samples, name: "FD-cifar", order: .lower, kind: .imageDistance),
    .init(subject: "held-out", role: .heldOut, name: "FD-cifar", order: .lower, kind: .imageDistance),
    .init(subject: "reference", role: .reference, name: "sharpness", order: .none),
    .init(
      subject: "reconstructions", role: .reconstructions, name: "squared error", order: .lower,
      kind: .reconstructionError),
    .init(
      subject: "reconstructions", role: .reconstructions, name: "rFD-cifar", order: .lower,
      kind: .imageDistance),
    .init(
      subject: "codes against the prior", role: .codes, name: "slicedWasserstein", order: .lower,
      kind: .codeDistance, null: NullComparison(median: 0.2, upper: 0.3, probability: 0.04)),
    .init(
      subject: "codes against the prior", role: .codes, name: "effectiveRank", order: .nearerToNull,
      null: NullComparison(median: 8, lower: 7, upper: 9, probability: 0.04)),
    .init(subject: "codes and labels", role: .codes, name: "linear-probe accuracy", order: .higher),
    .init(
      subject: "the prior, decoded and encoded again", role: .decodedDraws, name: "drift ratio",
      order: .nearer(to: 1)),
    .init(
      subject: "the prior, decoded and encoded again", role: .decodedDraws, name: "drift of draws",
      order: .none),
  ]

  private static func value(_ index: Int, _ seed: Int, _ group: Int) -> Double {
    Double(index + 1) / 10 + Double((seed * 7 + index) % 5) / 100 + Double(group * (index % 3)) / 7
  }

  /// Two groups of three seeds, in the old form or in today's.
  private static func runs(isOld: Bool) throws -> ComparisonRuns {
    let runs = try ComparisonRuns()
    for (group, name) in ["mmd", "none"].enumerated() {
      for seed in 0..<3 {
        let url = try runs.add("\(name)-\(seed)", .init(regularizer: name, seed: seed))
        // A file for each score keeps the order of columns the same in both forms.
        for (index, score) in cases.enumerated() {
          let value = value(index, seed, group)
          var run = ComparisonRuns.Run(regularizer: name, seed: seed)
          if isOld {
            run.scores = [score.subject: [score.name: value]]
            run.details = details(score.null)
          } else {
            let card = ComparisonRuns.card(score.name, of: score.subject)
            run.subjects = [
              SubjectScores(
                score.subject, score.role, count: 100,
                scores: [
                  Score(value, score.order, unit: "unit", kind: score.kind, null: score.null, card: card)
                ])
            ]
          }
          try runs.evaluate(url, run, file: "step-00000010-\(index).json", age: Double(index))
        }
      }
    }
    return runs
  }

  private static func details(_ null: NullComparison?) -> [String: Double] {
    guard let null else { return [:] }
    let values = [
      "nullMedian": null.median, "nullLower": null.lower, "nullUpper": null.upper,
      "probability": null.probability,
    ]
    return values.compactMapValues { $0 }
  }

  @Test("a file without orders, kinds and roles gives the same comparison as one with them")
  func comparison() throws {
    let (old, new) = (try Self.runs(isOld: true), try Self.runs(isOld: false))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    for takesAll in [false, true] {
      let texts = try [old, new].map { runs in
        let comparison = try runs.comparison { $0.takesAll = takesAll }
        #expect(comparison.columns.count == (takesAll ? Self.cases.count + 1 : 5))
        let text = String(decoding: try encoder.encode(comparison), as: UTF8.self)
        return text.replacing(runs.url.path, with: "runs")
      }
      #expect(texts[0] == texts[1])
    }
  }

  @Test("what an older file does not say is filled in score by score")
  func reading() throws {
    let folders = try Self.runs(isOld: true).folders
    let subjects = try Evaluation.read(from: folders[0]).reversed().flatMap(\.subjects)
    #expect(subjects.count == Self.cases.count)
    for (subject, expected) in zip(subjects, Self.cases) {
      let score = try #require(subject.scores.first)
      #expect(subject.role == expected.role, "\(expected)")
      #expect(score.order == expected.order && score.kind == expected.kind, "\(expected)")
      #expect(score.null == expected.null && score.unit == nil, "\(expected)")
    }
  }

  @Test("an order of another program is refused and not passed over")
  func unknownOrder() throws {
    let card = ComparisonRuns.card("FD-cifar", of: "prior")
    let score = Score(1, .nearer(to: 0.5), unit: "share", card: card)
    let text = String(decoding: try JSONEncoder().encode(score), as: UTF8.self)
    #expect(try JSONDecoder().decode(Score.self, from: Data(text.utf8)) == score)
    #expect(throws: DecodingError.self) {
      let other = text.replacing("\"nearer\"", with: "\"sideways\"")
      _ = try JSONDecoder().decode(Score.self, from: Data(other.utf8))
    }
  }
}
