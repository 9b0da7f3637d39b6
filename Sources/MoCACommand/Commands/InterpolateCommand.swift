import ArgumentParser
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct InterpolateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpolate",
    abstract: "Show the images between pairs of codes, a row for each pair.",
    discussion: """
      The path stays where the prior lives: along great circles on the sphere, along straight lines in flat space. \
      Ends are draws of the prior, or with --from-images the codes of held-out images.

      Examples:
        moca interpolate sprites-moca-seed0
        moca interpolate faces --from-images --pairs 4 --steps 11 --output morph.png
      """)

  @OptionGroup var source: ModelOptions

  @Option(help: "How many pairs.")
  var pairs = 8

  @Option(help: "Images from one end to the other, both counted.")
  var steps = 9

  @Flag(help: "Take the codes of held-out images as ends.")
  var fromImages = false

  @Option(help: "Decides which codes are drawn.")
  var seed = 0

  @OptionGroup var destination: OutputOptions
  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    try checkCount(pairs, "--pairs", limit: 1000)
    try checkCount(steps, "--steps", limit: 1000)
    if steps < 2 { throw ValidationError("--steps must be at least 2 (the two ends), found \(steps)") }
    if seed < 0 { throw ValidationError("--seed must be at least 0, found \(seed)") }
  }

  func run() throws {
    try destination.check()
    let (run, model) = try source.load(on: compute.prepare())
    let ends = try fromImages ? imageCodes(run, model) : priorCodes(model)
    let count = ends.shape[0] / 2
    let images = model.interpolate(
      from: ends.narrowed(along: 0, from: 0, count: count),
      to: ends.narrowed(along: 0, from: count, count: count),
      steps: steps)
    let origin = fromImages ? "images" : "prior-seed\(seed)"
    try destination.write(
      ImageGrid(images, columns: steps), of: run,
      named: "interpolation-\(origin)-\(count)x\(steps)-step-\(model.step).png")
  }

  private func priorCodes(_ model: TrainedModel) -> Tensor {
    model.model.prior.sample(2 * pairs, using: model.generator(seed: seed))
  }

  private func imageCodes(_ run: StoredRun, _ model: TrainedModel) throws -> Tensor {
    let images = try ShownImages(heldOutFrom: run, model)
    let indices = images.indices(2 * pairs)
    guard indices.count >= 2 else {
      throw Failure(
        .data, "the run has \(indices.count) held-out images, a pair needs two; leave out --from-images")
    }
    if indices.count < 2 * pairs {
      Console.warning("there are images for \(indices.count / 2) pairs only")
    }
    return model.codes(of: images.source.images, indices: indices)
  }
}
