import Foundation
import Reports

/// A report as an ablation of four regularizers and three seeds would give it, one cell failed; the numbers are invented.
struct DemoContent {
  /// Makes a PNG of RGB bytes, `size` × `size`.
  let encode: ([UInt8], Int) throws -> Data

  static let groups = ["moca", "mmd", "wae-gan", "sliced-wasserstein"]
  static let finals = [31.84, 32.61, 34.27, 32.05]

  func content() throws -> ReportContent {
    var content = ReportContent(
      title: "Four regularizers on the hypersphere",
      subtitle: "sprites, 4 regularizers × 3 seeds, 4,000 steps each", groups: Self.groups)
    content.facts = [
      .init("data", "sprites, 20,000 images of 3×32×32, sha256:ab8bf43f"), .init("prior", "sphere, d = 16"),
      .init("networks", "convolutional, width 32, 1.2 M parameters"),
      .init("optimizer", "adam, step size 0.0005"),
      .init("steps", "4,000 of 128 images"), .init("device", "cpu, 2 threads"),
    ]
    content.summary = [
      "Four regularizers were trained from the same first weights with the same batches, three seeds each; 11 of 12 "
        + "runs ended with scores.",
      "moca and sliced-wasserstein are not told apart in reconstruction. With three seeds the smallest difference "
        + "that this design detects is 0.41 in squared error and 1.1 in FD.",
    ]
    content.notes = [
      .init("1 of 12 runs failed; means of sliced-wasserstein are over two seeds.", isWarning: true),
      .init("Interpolations are left out: the held-out images have moved.", in: .pictures),
    ]
    content.tables = [Self.table]
    content.pairings = [
      .init(
        "First weights are equal over the regularizers of a seed.", holds: true,
        detail: "sha256:3f2a9c1b, 77d01e52"),
      .init("Batches come in the same order.", holds: true, detail: "sha256:9b0c44aa"),
      .init(
        "First reconstruction losses are equal.", holds: false,
        detail: "seed 2: wae-gan 208.14, others 208.11"),
    ]
    content.curves = Self.curves
    content.fronts = [Self.front]
    content.latentMatch = Self.nulls
    content.strips = [
      try strip("Samples", rows: Self.groups),
      try strip("Reconstructions", rows: ["originals"] + Self.groups),
    ]
    content.views = [Self.angles, Self.directions]
    content.cells = Self.cells
    content.command = "moca report runs/four --samples 10"
    content.colophon = ["MoCA 0.1.0, libtorch 2.13.0"]
    return content
  }
}
