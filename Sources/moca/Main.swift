import Backbones
import Datasets
import Foundation
import Priors
import Regularizers
import Runner

@main enum Main {
  static func main() throws {
    let catalogs = Catalogs(
      datasets: .standard, encoders: .standard, decoders: .standard, posteriors: .standard, priors: .standard,
      regularizers: .standard, memories: .standard, samplers: .standard)
    let arguments = CommandLine.arguments.dropFirst()
    let layers = try arguments.dropFirst().map { try Experiment.layer(override: $0) }
    let experiment = try Experiment(layers, catalogs: catalogs)
    var options = Trainer.Options(folder: URL(fileURLWithPath: arguments.first!))
    options.resumes = true
    let trainer = try Trainer(experiment, catalogs: catalogs, options: options, interruption: .fromSignals())
    let outcome = try trainer.run()
    print(outcome.samples.path, outcome.heldOut!)
  }
}
