import Foundation
import MoCACommand
import MoCAProtocols
import Runner

/// Times every regularizer beside a training step without one, in one process.
///
/// Takes `name=value` arguments (width, batch, latent, population, threads, rounds) and the names of regularizers;
/// none means all. A line for each: the penalty's forward and backward pass to the codes, as a share of the step of
/// the convolutional network with the regularizer `none`. Methods that look at networks are timed as a whole step
/// less that of `none`. A plain step is timed before each method, so that the machine's noise hits both; the figure is the
/// median of the rounds over the median of the plain steps.
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
    let takePlainStep = { _ = plain.step(on: images)[0].tensor.item }
    takePlainStep()
    var (steps, penalties): ([Double], [(name: String, seconds: Double)]) = ([], [])
    for name in names {
      steps.append(seconds(takePlainStep))
      penalties.append((name, try penaltySeconds(name, images)))
      FileHandle.standardError.write(Data("\(name) \(penalties[penalties.count - 1].seconds) s\n".utf8))
    }
    let step = median(steps)
    print(String(format: "a step without a penalty: %.2f s", step))
    print("regularizer                       ms   share of a step")
    for (name, seconds) in penalties {
      // A whole step of a method of networks has the plain step in it.
      let own = isOfCodes(name) ? seconds : seconds - step
      print(
        name.padding(toLength: 28, withPad: " ", startingAt: 0)
          + String(format: "%8.1f  %8.1f %%", 1000 * own, 100 * own / step))
    }
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private func isOfCodes(_ name: String) -> Bool { type(of: name)?.subject == .codes }

  private func type(of name: String) -> (any RegularizerPlugin.Type)? {
    Catalogs.standard.regularizers.entries.first { $0.name == name }?.type
  }

  /// Seconds of the penalty's forward and backward pass to the codes, or of a whole step.
  private func penaltySeconds(_ name: String, _ images: Tensor) throws -> Double {
    let work = try isOfCodes(name) ? penalty(name) : wholeStep(name, images)
    work()
    return median((0..<option("rounds")).map { _ in seconds(work) })
  }

  private func wholeStep(_ name: String, _ images: Tensor) throws -> () -> Void {
    let state = try state(name, memory: "batch")
    return { _ = state.step(on: images)[0].tensor.item }
  }

  private func penalty(_ name: String) throws -> () -> Void {
    let (batch, type) = (option("batch"), type(of: name))
    let population = type?.takesSamples == true ? option("population") : 0
    let prior = try Catalogs.standard.priors.entry(named: type?.defaultPrior ?? "hypersphere").make(
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
    return {
      codes.clearGradient()
      regularizer.penalty(in: context).value.backward()
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
