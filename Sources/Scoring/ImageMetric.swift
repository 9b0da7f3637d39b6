import Metrics
import MoCAProtocols

/// A metric of images as they are, without a network.
public protocol ImageMetric: MetricPlugin {
  /// The sets of images that it is taken of.
  static var roles: Set<SubjectRole> { get }
  /// Measures one set of images.
  ///
  /// - Throws: ``MetricError``, `ImageScoreError`.
  func scores(of images: ScoredImages) throws -> [Score]
}

extension ImageMetric {
  public static var roles: Set<SubjectRole> { .generated.union([.reconstructions, .reference]) }
}

/// 8-bit images that are read in batches.
public struct ScoredImages {
  /// How many there are.
  public let count: Int
  /// What the images should be, where they are reconstructions; in the same order.
  public let originals: Originals?
  private let read: (Range<Int>) -> Tensor
  private let card: MetricCard

  /// Images that others are reconstructions of.
  public struct Originals {
    /// What they are, as in `cifar10, held-out images`.
    public let name: String
    /// `sha256:…` of the images in their order.
    public let digest: String
    fileprivate let read: (Range<Int>) -> Tensor

    public init(name: String, digest: String, read: @escaping (Range<Int>) -> Tensor) {
      self.name = name
      self.digest = digest
      self.read = read
    }

    /// The images of a range, `[count, channels, height, width]` of 8-bit values on the host.
    public subscript(range: Range<Int>) -> Tensor { read(range) }
  }

  /// Takes images.
  ///
  /// - Parameters:
  ///   - card: What every card says; the score, its arithmetic and its parameters are added.
  ///   - read: The images of a range, `[count, channels, height, width]` of 8-bit values on the host.
  public init(
    count: Int, originals: Originals? = nil, card: MetricCard, read: @escaping (Range<Int>) -> Tensor
  ) {
    self.count = count
    self.originals = originals
    self.card = card
    self.read = read
  }

  /// The images of a range, `[count, channels, height, width]` of 8-bit values on the host.
  public subscript(range: Range<Int>) -> Tensor { read(range) }

  /// The mean over images of what `sum` gives for the images of a range in all.
  public func mean(batch size: Int, _ sum: (Range<Int>) throws -> Double) rethrows -> Double {
    let total = try stride(from: 0, to: count, by: size).reduce(0.0) { total, start in
      total + (try sum(start..<min(start + size, count)))
    }
    return total / Double(max(1, count))
  }

  /// The card of a score.
  public func card(_ score: String, _ parameters: String, arithmetic: String) -> MetricCard {
    var card = card
    card.score = score
    card.parameters = parameters
    card.arithmetic = arithmetic
    return card
  }
}
