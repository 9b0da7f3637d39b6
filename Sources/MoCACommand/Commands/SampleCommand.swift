import ArgumentParser
import Files
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw new images from a trained model.",
    discussion: """
      Codes are drawn from a sampler and decoded. The same seed gives the same codes in every run of a latent size, \
      so that grids of two regularizers can be compared image by image.

      Examples:
        moca sample sprites-moca-seed0
        moca sample sprites-moca-seed0 --count 100 --seed 7 --output grid.png
        moca sample sprites-moca-seed0 --sampler gmm components=20 covariance=diagonal
        moca sample runs/faces --checkpoint best --folder faces --count 1000   one file each
      """)

  @OptionGroup var source: ModelOptions

  @Option(help: "Where codes are drawn from; see `moca list sampler`.", completion: Completion.samplers)
  var sampler = "prior"

  @Option(help: "How many images.")
  var count = 64

  @Option(help: "Images in a row (default: a square grid).")
  var columns: Int?

  @Option(help: "Decides which codes are drawn.")
  var seed = 0

  @Option(
    help: ArgumentHelp("Write one PNG per image into this folder, and no grid.", valueName: "folder"),
    completion: .directory)
  var folder: String?

  @OptionGroup var destination: OutputOptions
  @OptionGroup var compute: ComputeOptions

  @Argument(
    help: ArgumentHelp("Settings of the sampler, such as components=20.", valueName: "key=value"),
    completion: SampleCommand.settingNames)
  var settings: [String] = []

  func validate() throws {
    try checkCount(count, "--count")
    if let columns { try checkCount(columns, "--columns", limit: 1000) }
    if seed < 0 { throw ValidationError("--seed must be at least 0, found \(seed)") }
    if folder != nil, destination.output != nil {
      throw ValidationError("--folder writes single images and --output a grid; give one of them")
    }
  }

  func run() throws {
    let entry = try CommandContext.catalogs.samplers.entry(named: sampler)
    let chosen = try chosenSettings()
    _ = try entry.resolve(chosen, "sampler")
    try destination.check()
    let files = try folder.map { try ImageFolder($0, replaces: destination.force) }
    let (run, model) = try source.load(on: compute.prepare())
    let density = try entry.make(chosen, "sampler", model.samplerContext)
    density.move(to: model.device)
    if density.needsCodes {
      let data = try DataSource(model.experiment, catalogs: CommandContext.catalogs)
      try density.fit(
        to: model.codes(
          of: data.images, indices: data.split.training, drawing: fittingGenerator("codes", on: model.device)),
        using: fittingGenerator("fit", on: model.device))
    }
    let images = model.sample(count, from: density, seed: seed)
    if let files { return try files.write(images) }
    let words = [sampler] + fileWords + ["\(count)-seed\(seed)-step-\(model.step).png"]
    let name = words.joined(separator: "-")
    try destination.write(ImageGrid(images, columns: columns ?? squareColumns), of: run, named: name)
  }

  /// The `key=value` arguments as the sampler's section; `sampler.key=value`, as messages name it, is the same.
  private func chosenSettings() throws -> ConfigurationValue {
    try settings.reduce(.empty) { tree, argument in
      if !argument.contains("=") {
        throw Failure(
          .usage,
          "\"\(argument)\" is not a setting of the sampler; write key=value, as in components=20, and choose the "
            + "sampler itself with --sampler")
      }
      let prefix = "sampler."
      let plain = argument.hasPrefix(prefix) ? String(argument.dropFirst(prefix.count)) : argument
      return tree.merged(with: try Experiment.layer(override: plain))
    }
  }

  /// The settings as they may stand in a file's name, so that grids of other settings do not replace each other.
  private var fileWords: [String] {
    settings.map { $0.filter { $0.isLetter || $0.isNumber || "=.".contains($0) } }
  }

  /// The stream of the fit; draws have another, so that they do not depend on how much the fit has drawn.
  private func fittingGenerator(_ name: String, on device: Device) -> Generator {
    let stream = RandomStream(rawValue: "sampling.\(name)")
    return Generator(seed: RandomStreams.seed(of: stream, from: UInt64(seed)), device: device)
  }

  /// Keys of all samplers: the shell does not tell which one was chosen.
  private static let settingNames = CompletionKind.custom { _, _, _ in
    Set(CommandContext.catalogs.samplers.entries.flatMap { $0.settings.map { $0.key + "=" } }).sorted()
  }

  private var squareColumns: Int { max(1, Int(Double(count).squareRoot().rounded(.up))) }
}

/// A folder that gets one PNG per image.
private struct ImageFolder {
  private let url: URL

  /// Refuses a folder that has something in it, unless it may be replaced.
  init(_ path: String, replaces: Bool) throws {
    url = URL(fileURLWithPath: path, isDirectory: true)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    if !names.isEmpty, !replaces {
      throw Failure(.usage, "\(path) is not empty; choose another --folder, or write into it with --force")
    }
  }

  func write(_ images: Tensor) throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw StorageError.disk(path: url.path, reason: "cannot be created: \(error.localizedDescription)")
    }
    let digits = max(5, String(images.shape[0]).count)
    for index in 0..<images.shape[0] {
      let number = String(index)
      let name = String(repeating: "0", count: digits - number.count) + number + ".png"
      let image = images.narrowed(along: 0, from: index, count: 1)
      try ImageGrid(image, columns: 1, gap: 0, magnification: 1).write(to: url.appendingPathComponent(name))
    }
    print(Console.path(url))
  }
}
