import ArgumentParser
import Datasets
import Evaluation
import Extractors
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct ExtractorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extractor", abstract: "Make a network for comparing images of your own kind.",
    subcommands: [TrainExtractorCommand.self])
}

struct TrainExtractorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a small classifier whose features images are compared in.",
    discussion: """
      The images need labels: cifar10, mnist, fashion-mnist, or a folder with one folder of images for each class. \
      A share of them is held out to measure the classifier. The weights that come with the program were made so \
      (Docs/Evaluation.md has the commands).

      Examples:
        moca extractor train --output leaves.safetensors dataset=images dataset.path=leaves dataset.size=64
        moca extractor train --output digits.safetensors dataset=mnist dataset.path=mnist epochs=6
        moca evaluate faces --extractor classifier --weights leaves.safetensors

      Settings:
      \(ClassifierTrainingConfiguration.settings.map { "  \($0.key.padding(toLength: 14, withPad: " ", startingAt: 0))\($0.help)" }.joined(separator: "\n"))
      """)

  @Option(
    name: [.short, .long], help: "The safetensors file to write.",
    completion: .file(extensions: ["safetensors"]))
  var output: String

  @Flag(help: "Replace an output that exists.")
  var force = false

  @Flag(help: "Show no progress.")
  var quiet = false

  @Option(help: "Threads of one operation (default: all cores); another number gives other weights.")
  var threads: Int?

  @Argument(
    help: ArgumentHelp("Settings, such as dataset=cifar10 or epochs=12.", valueName: "key=value"))
  var settings: [String] = []

  func validate() throws {
    if let threads { try checkCount(threads, "--threads", limit: 4096) }
  }

  func run() throws {
    let url = URL(fileURLWithPath: output)
    if FileManager.default.fileExists(atPath: output), !force {
      throw Failure(.usage, "\(output) exists already; choose another --output, or replace it with --force")
    }
    if !FileManager.default.fileExists(atPath: url.deletingLastPathComponent().path) {
      throw Failure(.usage, "the folder of --output does not exist; make it first")
    }
    let (section, rest) = try layers()
    let configuration = try ClassifierTrainingConfiguration(rest, path: "")
    let progress = StageProgress(isQuiet: quiet)
    try Runtime.verify()
    if let threads { Runtime.setThreadCount(threads) }
    let (name, images) = try load(section, progress)
    progress.finish()
    guard let labels = images.labels, let classes = images.classNames else {
      throw Failure(
        .usage,
        "the dataset \(name) has no labels; choose cifar10, mnist, or a folder with a folder for each class")
    }
    let training = try ClassifierTraining(
      configuration, images: Self.tensor(images), labels: Tensor(labels.map(Int64.init)), classes: classes)
    let accuracy = try training.run { epoch in
      if quiet { return }
      Console.note(
        "epoch \(epoch.number)/\(configuration.epochs)  loss \(Console.number(epoch.loss))  held-out accuracy "
          + Console.number(epoch.heldOutAccuracy))
    }
    try training.write(to: url, dataset: name, digest: images.digest, accuracy: accuracy)
    Console.note(
      "held-out accuracy \(Console.number(accuracy)) of \(training.heldOutCount) images, "
        + "\(training.trainingCount) trained on")
    print(Console.path(url))
  }

  /// The settings of the dataset, and the rest.
  private func layers() throws -> (dataset: ConfigurationValue, rest: ConfigurationValue) {
    var layer = try settings.reduce(ConfigurationValue.empty) { tree, argument in
      var layer = try Experiment.layer(override: argument)
      if let name = layer["dataset"]?.text { layer["dataset"] = .object([.init("name", .string(name))]) }
      return tree.merged(with: layer)
    }
    let section = layer["dataset"] ?? .empty
    layer["dataset"] = nil
    return (section, layer)
  }

  private func load(_ section: ConfigurationValue, _ progress: StageProgress) throws -> (String, PackedImages)
  {
    let catalog = CommandContext.catalogs.datasets
    guard let name = section["name"]?.text else {
      throw Failure(
        .usage, "choose the images with dataset=NAME (available: \(catalog.names.joined(separator: ", ")))")
    }
    var settings = section
    settings["name"] = nil
    let dataset = try catalog.entry(named: name).make(settings, "dataset", ())
    return (name, try dataset.load(in: DataSource.loadContext(progress: progress.update)))
  }

  /// `[n, channels, h, w]` of 8-bit values.
  private static func tensor(_ images: PackedImages) -> Tensor {
    let shape = images.shape
    return images.withUnsafeBytes {
      Tensor(bytes: $0, shape: [images.count, shape.height, shape.width, shape.channels], dtype: .uint8)
    }.permuted(0, 3, 1, 2)
  }
}
