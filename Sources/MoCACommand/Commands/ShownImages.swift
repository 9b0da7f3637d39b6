import Datasets
import Foundation
import MoCAProtocols
import Runner
import Terminal

/// Images for a model to look at.
struct ShownImages {
  /// All of them, and which of them were held out.
  let source: DataSource

  init(source: DataSource) { self.source = source }

  /// The images of a run; warns where they are not those of its training.
  init(heldOutFrom run: StoredRun, _ model: TrainedModel) throws {
    source = try DataSource(model.experiment, catalogs: CommandContext.catalogs)
    if let expected = run.record?.dataDigest, expected != source.images.digest {
      Console.warning("the images have changed since the run was trained; it may have seen some of these")
    }
  }

  /// At most `count` held-out images, evenly spread, or training images where none are held out.
  func indices(_ count: Int) -> [Int] {
    let split = source.split
    return Split.spread(split.heldOut.isEmpty ? split.training : split.heldOut, limit: count)
  }
}
