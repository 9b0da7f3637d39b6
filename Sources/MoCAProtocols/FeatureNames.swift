/// What scores in the features of a network are called. An extractor says it.
public struct FeatureNames: Sendable, Equatable {
  /// A Fréchet distance, as in `FID` or `FD-cifar`.
  public let frechet: String
  /// A kernel distance, as in `KID` or `KD-cifar`.
  public let kernel: String
  /// What stands behind the names of other scores, as `cifar` in `precision-cifar`; `nil` for the network in which
  /// scores were first defined.
  public let suffix: String?
  /// The score of how sure and how varied the network's classes are, as in `Inception score`; `nil` where its classes
  /// have none.
  public let classes: String?

  /// Names of their own for a network in which scores are published.
  public init(frechet: String, kernel: String, suffix: String?, classes: String? = nil) {
    self.frechet = frechet
    self.kernel = kernel
    self.suffix = suffix
    self.classes = classes
  }

  /// `FD-NETWORK`, `KD-NETWORK`, `precision-NETWORK` and so on.
  public init(network: String) {
    self.init(frechet: "FD-\(network)", kernel: "KD-\(network)", suffix: network)
  }

  /// The name of another score in these features.
  public func name(_ score: String) -> String { suffix.map { "\(score)-\($0)" } ?? score }
}
