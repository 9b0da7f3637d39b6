import ArgumentParser
import Foundation
import MoCAProtocols
import Runner

/// `moca sample`.
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
    try destination.check()
    let files = try folder.map { try ImageFolder($0, replaces: destination.force) }
    let (run, model) = try source.load(on: compute.prepare())
    let law = try entry.make(.empty, "sampler", model.model.prior)
    law.move(to: model.device)
    if law.needsCodes {
      let data = try DataSource(model.experiment, catalogs: CommandContext.catalogs)
      try law.fit(to: model.codes(of: data.images, indices: data.split.training))
    }
    let images = model.sample(count, from: law, seed: seed)
    if let files { return try files.write(images) }
    let name = "\(sampler)-\(count)-seed\(seed)-step-\(model.step).png"
    try destination.write(ImageGrid(images, columns: columns ?? squareColumns), of: run, named: name)
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
