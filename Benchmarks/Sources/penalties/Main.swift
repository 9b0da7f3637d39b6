import Foundation
import MoCACommand
import MoCAProtocols
import Runner

/// Times every regularizer beside a training step without one, in one process.
///
/// Takes `name=value` arguments (width, batch, latent, population, threads, rounds) and the names of regularizers;
/// none means all. A line for each: the penalty's forward and backward pass to the codes, as a share of the step of
/// the convolutional network with the regularizer `none`. Methods that look at networks are timed as a whole step
/// less that of `none`. Rounds alternate between the step and the penalties; the figure is the median.
@main
enum Main {
  static func main() throws {
    var options = ["width": 128, "batch": 256, "latent": 128, "population": 8192, "threads": 2, "rounds": 3]
    var names: [String] = []
    for argument in CommandLine.arguments.dropFirst() {
      let parts = argument.split(separator: "=")
      if parts.count == 2, let value = Int(parts[1]), options[String(parts[0])] != nil {
        options[String(parts[0])] = value
      } else {
        names.append(try Catalogs.standard.regularizers.entry(named: argument).name)
      }
    }
    Runtime.setThreadCount(options["threads"] ?? 2)
    let bench = PenaltyBenchmark(options: options)
    try bench.run(names.isEmpty ? Catalogs.standard.regularizers.names : names)
  }
}

struct PenaltyBenchmark {
  let options: [String: Int]

  private func option(_ name: String) -> Int { options[name] ?? 0 }

  func run(_ names: [String]) throws {
    let plain = try state("none", memory: "batch")
    let images = Tensor.uniform([option("batch"), 3, 32, 32], using: Generator(seed: 0)).channelsLast()
    _ = plain.step(on: images)
    print("regularizer                    ms      share of a step")
    for name in names {
      let measured = try times(of: name, plain, images)
      let (step, penalty) = (median(measured.map(\.step)), median(measured.map(\.penalty)))
      print(
        name.padding(toLength: 28, withPad: " ", startingAt: 0)
          + String(format: "%8.1f  %8.1f %%   (step %.2f s)", 1000 * penalty, 100 * penalty / step, step))
    }
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  /// Seconds of a plain step and of the penalty, in turn.
  private func times(
    of name: String, _ plain: TrainingState, _ images: Tensor
  ) throws -> [(step: Double, penalty: Double)] {
    let entry = try Catalogs.standard.regularizers.entry(named: name)
    guard let type = entry.type as? any RegularizerPlugin.Type else { return [] }
    if type.subject == .codes { return try codeTimes(name, type, plain, images) }
    let state = try state(name, memory: "batch")
    _ = state.step(on: images)
    return (0..<option("rounds")).map { _ in
      let step = seconds { _ = plain.step(on: images)[0].tensor.item }
      return (step, seconds { _ = state.step(on: images)[0].tensor.item } - step)
    }
  }

  private func codeTimes(
    _ name: String, _ type: any RegularizerPlugin.Type, _ plain: TrainingState, _ images: Tensor
  ) throws -> [(step: Double, penalty: Double)] {
    let (batch, population) = (option("batch"), type.takesSamples ? option("population") : 0)
    let prior = try Catalogs.standard.priors.entry(named: type.defaultPrior ?? "hypersphere").make(
      .empty, "prior", PriorContext(latentSize: option("latent")))
    let regularizer = try Catalogs.standard.regularizers.entry(named: name).make(
      .empty, "regularizer",
      RegularizerContext(
        prior: prior, batchSize: batch, populationSize: population, generator: Generator(seed: 0)))
    let generator = Generator(seed: 1)
    let codes = prior.sample(batch, using: generator)
    codes.setRequiresGradient(true)
    let context = RegularizationContext(
      latents: codes,
      recollection: Recollection(
        keys: codes.detached(),
        population: population > 0 ? prior.sample(population, using: generator) : nil),
      prior: prior, streams: RandomStreams(seed: 0, device: .cpu))
    let penalty = {
      codes.clearGradient()
      regularizer.penalty(in: context).value.backward()
    }
    penalty()
    return (0..<option("rounds")).map { _ in
      (seconds { _ = plain.step(on: images)[0].tensor.item }, seconds(penalty))
    }
  }

  private func seconds(_ body: () -> Void) -> Double {
    let start = ProcessInfo.processInfo.systemUptime
    body()
    return ProcessInfo.processInfo.systemUptime - start
  }

  private func state(_ name: String, memory: String) throws -> TrainingState {
    let layers = try [
      "backbone.width=\(option("width"))", "latent.size=\(option("latent"))",
      "training.batch=\(option("batch"))", "regularizer=\(name)", "memory=\(memory)",
    ].map { try Experiment.layer(override: $0) }
    return try TrainingState(
      Experiment(layers, catalogs: .standard), catalogs: .standard,
      imageShape: ImageShape(channels: 3, height: 32, width: 32), totalSteps: 1000, device: .cpu)
  }
}
