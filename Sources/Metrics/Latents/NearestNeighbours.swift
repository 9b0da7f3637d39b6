import MoCAProtocols

/// The accuracy of k-nearest-neighbour classification of codes: each test code gets the label that most of its k
/// nearest training codes have, the smallest such label at a tie (Wu et al., "Unsupervised Feature Learning via
/// Non-Parametric Instance Discrimination", CVPR 2018, without their weights; scikit-learn's `KNeighborsClassifier`).
///
/// A share between 0 and 1. In tiles of 256 test codes, in `float64`.
///
/// - Parameters:
///   - train: The codes that vote.
///   - test: The codes that are judged, with as many coordinates.
///   - neighbours: k; at most as many as there are training codes.
///   - metric: Cosine for codes on a sphere, else Euclidean.
/// - Throws: ``CodeError``.
public func nearestNeighbourAccuracy(
  train: LabelledCodes, test: LabelledCodes, neighbours: Int = 10, metric: CodeDistance
) throws -> Double {
  if neighbours < 1 { fatalError("\(neighbours) neighbours cannot vote; ask for at least 1") }
  try CodeError.check(train.codes, latentSize: test.codes.shape[1], atLeast: neighbours)
  return withoutGradients {
    let votes = train.indicators(classes: train.classCount)
    let keys = metric.points(train.codes)
    let queries = metric.points(test.codes)
    // Distances between points far from the origin would lose digits.
    let centre = keys.mean(along: 0, keepsDimensions: true)
    let parts = queries.blocks(ofRows: 256).map { part -> Tensor in
      let nearest = (part - centre).squaredDistances(to: keys - centre).smallest(neighbours, along: 1).indices
      return votes.gathered(along: 0, at: nearest.reshaped(-1)).reshaped(part.shape[0], neighbours, -1)
        .sum(along: 1).argumentOfMaximum(along: 1)
    }
    return test.accuracy(of: .concatenated(parts))
  }
}
