import ArgumentParser
import Files
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct ReconstructCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconstruct",
    abstract: "Show images above their reconstructions.",
    discussion: """
      The images are those held out from the run's training, or with --images any others, cropped and resized to \
      what the run was trained on. The mean squared error, summed over an image, goes to standard error.

      Examples:
        moca reconstruct sprites-moca-seed0
        moca reconstruct faces --images holiday.zip --count 16 --output holiday.png
      """)

  @OptionGroup var source: ModelOptions

  @Option(help: "How many images.")
  var count = 32

  @Option(help: "Images in a row.")
  var columns = 8

  @Option(
    help: ArgumentHelp("A folder or an archive of JPEG or PNG images to take instead.", valueName: "path"),
    completion: .file())
  var images: String?

  @OptionGroup var destination: OutputOptions
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    try checkCount(count, "--count")
    try checkCount(columns, "--columns", limit: 1000)
  }

  func run() throws {
    try destination.check()
    let (run, model) = try source.load(on: compute.prepare())
    let shown = try images.map { try foreign($0, run) } ?? ShownImages(heldOutFrom: run, model)
    let indices = shown.indices(count)
    let (originals, reconstructions) = model.reconstruct(shown.source.images, indices: indices)
    let error = (originals - reconstructions).squared().sum().item / Double(indices.count)
    Console.note("reconstruction error \(Console.number(error)) per image, over \(indices.count) images")
    let grid = ImageGrid.pairs(of: originals, and: reconstructions, columns: min(columns, indices.count))
    let name =
      "reconstructions-\(images == nil ? "held-out" : "images")-\(indices.count)-step-\(model.step).png"
    try destination.write(grid, of: run, named: name)
  }

  /// Images from elsewhere, as the run's images are: the dataset `images` at the run's size.
  private func foreign(_ path: String, _ run: StoredRun) throws -> ShownImages {
    guard let shape = run.record?.imageShape else {
      throw StorageError.missing(path: run.folder.configurationURL.path, what: "record of the image's shape")
    }
    let dataset = ConfigurationValue.object([
      .init("name", .string("images")), .init("path", .string(path)), .init("size", .integer(shape.height)),
      .init("channels", .integer(shape.channels)), .init("count", .integer(count)),
      .init("holdout", .number(0)),
    ])
    let catalogs = CommandContext.catalogs
    let experiment = try Experiment(
      [run.configuration, .object([.init("dataset", dataset)])], catalogs: catalogs)
    return ShownImages(source: try DataSource(experiment, catalogs: catalogs))
  }
}
