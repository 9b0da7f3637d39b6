import Foundation
import Metrics
import MoCAProtocols
import Runner
import Terminal

/// What `moca train` says before and after the steps.
struct TrainingSummary {
  let trainer: Trainer
  let experiment: Experiment
  let folder: URL
  let device: Device

  var heading: String {
    let (data, state) = (trainer.data, trainer.state)
    let held = data.split.heldOut.count
    return Console.aligned([
      ("run", Console.path(folder)),
      (
        "dataset",
        "\(experiment.dataset.name): \(data.split.training.count) images of \(data.images.shape) to train on, "
          + "\(held) held out"
      ),
      (
        "networks",
        "\(experiment.encoder.name) encoder, \(experiment.decoder.name) decoder, "
          + "\(state.model.parameterCount) parameters"
      ),
      (
        "latents",
        "\(experiment.latent.size) dimensions, \(experiment.posterior.name), prior \(experiment.prior.name)"
      ),
      ("regularizer", regularizer),
      (
        "training",
        "\(trainer.totalSteps) steps of \(experiment.training.batch) images, seed \(experiment.training.seed), "
          + "on \(device)\(device == .cpu ? " (\(Runtime.threadCount) threads)" : ""), "
          + experiment.training.precision.rawValue
      ),
    ])
  }

  private var regularizer: String {
    let population = trainer.state.memory.populationSize
    let memory = experiment.memory.name + (population > 0 ? " (\(population) codes)" : "")
    return "\(experiment.regularizer.name), memory \(memory), \(weight)"
  }

  private var weight: String {
    let schedule = experiment.schedule
    guard let weight = experiment.regularizer.configuration.weight.value,
      let common = trainer.state.commonWeight
    else {
      return "λ measured in the first \(schedule.weightCalibration) steps for a gradient ratio of "
        + Console.number(schedule.weightTarget)
    }
    return "λ \(Console.number(weight)) (\(Console.number(common)) in the common unit)"
  }

  /// What a person may not have meant.
  var warnings: [String] {
    let skipped = trainer.data.images.skippedCount
    return (skipped > 0 ? ["\(skipped) broken images were left out (dataset.skipBroken)"] : [])
      + trainer.state.warnings(imageCount: trainer.data.split.training.count)
  }

  /// Scores, and the paths of the pictures and of the run on the last three lines.
  func results(_ outcome: Trainer.Outcome) -> String {
    var lines = ["the run was complete before; nothing was trained"]
    if !outcome.wasComplete { lines = ["trained \(outcome.steps) steps"] }
    if experiment.regularizer.configuration.weight == .automatic, let weight = trainer.state.commonWeight {
      lines[0] += ", measured λ \(Console.number(weight)) in the common unit"
    }
    if let scores = outcome.heldOut {
      lines = [lines[0] + ", \(scores.imageCount) held-out images:", ""]
      lines += [table(scores).text(width: Console.width), ""]
    }
    lines.append(
      Console.aligned([
        ("samples", Console.path(outcome.samples)),
        ("reconstructions", Console.path(outcome.reconstructions)),
        ("run", Console.path(outcome.folder)),
      ]))
    return lines.joined(separator: "\n")
  }

  func tree(_ outcome: Trainer.Outcome) -> ConfigurationValue {
    let scores = outcome.heldOut.map { scores in
      ConfigurationValue.object(
        [.init("reconstruction", .object([.init("value", .number(scores.reconstruction))]))]
          + scores.latentMatch.scores.map {
            .init(
              $0.measure.rawValue,
              .object([.init("value", .number($0.value)), .init("null", .number($0.null))]))
          })
    }
    return .object([
      .init("run", .string(outcome.folder.path)), .init("steps", .integer(outcome.steps)),
      .init("wasComplete", .boolean(outcome.wasComplete)),
      .init("heldOutImages", outcome.heldOut.map { .integer($0.imageCount) } ?? .null),
      .init("scores", scores ?? .null), .init("samples", .string(outcome.samples.path)),
      .init("reconstructions", .string(outcome.reconstructions.path)),
    ])
  }

  private func table(_ scores: HeldOutScores) -> TextTable {
    var table = TextTable(columns: [
      "score", .init("value"), .init("null", title: "a perfect match gives"), "meaning",
    ])
    table.append([
      .string("reconstruction"), .number(scores.reconstruction), .null,
      .string("squared error, summed over an image"),
    ])
    for score in scores.latentMatch.scores {
      table.append([
        .string(score.measure.rawValue), .number(score.value), .number(score.null),
        .string(Self.meaning(of: score.measure)),
      ])
    }
    return table
  }

  private static func meaning(of measure: LatentMatch.Measure) -> String {
    switch measure {
    case .slicedWasserstein: "distance of the codes to the prior"
    case .meanNorm: "length of the mean code"
    case .effectiveRank: "directions in which the codes vary"
    }
  }
}
