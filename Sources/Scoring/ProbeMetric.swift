import Metrics
import MoCAProtocols

/// What held-out codes say about their labels to probes of the training codes.
public struct ProbeMetric: CodeMetric {
  public typealias Configuration = NoSettings

  public static let name = "codes"
  public static let summary = "k-nearest-neighbour and linear-probe accuracy where there are labels"
  public static let reference = Citation(
    "Wu et al., Unsupervised Feature Learning via Non-Parametric Instance Discrimination, CVPR 2018",
    url: "https://arxiv.org/abs/1805.01978")
  public static let about = """
    Whether codes keep what tells the classes apart: in their neighbourhoods, and along directions. Choose it where codes \
    are to be used further.
    """

  public init(_ configuration: NoSettings) {}

  public static func heldOutNeeded(latentSize: Int) -> Int { 1 }

  public func scores(of codes: ScoredCodes) throws -> SubjectScores {
    let (training, heldOut) = try codes.labelled()
    let distance = CodeDistance(for: codes.prior.geometry)
    let neighbours = min(10, training.labels.count)
    let counts = "\(training.labels.count) training codes, \(heldOut.labels.count) held-out codes"
    func score(_ name: String, _ value: Double, _ parameters: String) -> Score {
      Score(
        value, .higher, unit: "share of codes",
        card: codes.card(
          name, count: heldOut.labels.count, trainingCount: training.labels.count, "\(parameters); \(counts)")
      )
    }
    return SubjectScores(
      "codes and labels", .codes, count: heldOut.labels.count,
      scores: [
        score(
          "k-nearest-neighbour accuracy",
          try nearestNeighbourAccuracy(
            train: training, test: heldOut, neighbours: neighbours, metric: distance),
          "k=\(neighbours), \(distance.rawValue)"),
        score(
          "linear-probe accuracy", try linearProbeAccuracy(train: training, test: heldOut),
          "logistic regression on standardised codes, C=1"),
      ])
  }
}
