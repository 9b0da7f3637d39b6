import Files
import Foundation
import MoCAProtocols

/// Trains a ``ClassifierNetwork`` on labelled images, holding a share of them out to measure it.
///
/// AdamW under a learning rate that rises in a straight line for the first fifth and falls along a cosine to zero;
/// cross entropy, a mean over the batch. The weights follow from the images, the settings and the number of
/// threads.
public final class ClassifierTraining {
  /// What is known after an epoch.
  public struct Epoch: Sendable {
    /// From 1.
    public let number: Int
    /// Mean loss of its batches.
    public let loss: Double
    /// Share of the held-out images that are told right.
    public let heldOutAccuracy: Double
  }

  public let configuration: ClassifierTrainingConfiguration
  public let trainingCount: Int
  public let heldOutCount: Int
  /// The network, as it is trained so far.
  public let network: ClassifierNetwork

  private let images: Tensor
  private let labels: Tensor
  private let training: Tensor
  private let heldOut: Tensor
  private let streams: RandomStreams
  private let optimizer: Adam

  /// Takes the images and splits them.
  ///
  /// - Parameters:
  ///   - configuration: How to train.
  ///   - images: `[n, channels, h, w]` of `uint8` on the host.
  ///   - labels: `[n]` of `int64`: indices into `classes`.
  ///   - classes: The names of the classes.
  /// - Throws: `ConfigurationError` where the images cannot be learned from.
  public init(
    _ configuration: ClassifierTrainingConfiguration, images: Tensor, labels: Tensor, classes: [String]
  ) throws {
    if images.rank != 4 || images.dtype != .uint8 || labels.shape != [images.shape[0]]
      || labels.dtype != .int64
    {
      fatalError("a classifier is trained on uint8[n, c, h, w] and int64[n], found \(images) and \(labels)")
    }
    let sizes = images.shape
    let description = try ClassifierDescription(
      shape: ImageShape(channels: sizes[1], height: sizes[2], width: sizes[3]), width: configuration.width,
      classes: classes)
    heldOutCount = max(1, Int((Double(sizes[0]) * configuration.holdout).rounded()))
    trainingCount = sizes[0] - heldOutCount
    try Self.check(labels, classes: classes, trainingCount: trainingCount, batch: configuration.batch)
    let order = Tensor.permutation(
      sizes[0],
      using: Generator(seed: RandomStreams.seed(of: .classifierSplit, from: UInt64(configuration.splitSeed))))
    heldOut = order.narrowed(along: 0, from: 0, count: heldOutCount)
    training = order.narrowed(along: 0, from: heldOutCount, count: trainingCount)
    streams = RandomStreams(seed: UInt64(configuration.seed), device: .cpu)
    network = ClassifierNetwork(description, using: streams[.classifierInitialization])
    optimizer = Adam(
      network.trainableParameters(),
      coefficients: .init(weightDecay: configuration.weightDecay, isDecoupled: true))
    self.configuration = configuration
    self.images = images
    self.labels = labels
  }

  private static func check(_ labels: Tensor, classes: [String], trainingCount: Int, batch: Int) throws {
    if trainingCount < batch {
      throw ConfigurationError.incompatible(
        "batch is \(batch), but only \(max(trainingCount, 0)) images are there to train on; choose a smaller batch"
      )
    }
    let (lowest, highest) = (labels.minimum().item, labels.maximum().item)
    if lowest < 0 || highest >= Double(classes.count) {
      throw ConfigurationError.incompatible(
        "labels must be 0 to \(classes.count - 1) for \(classes.count) classes, found \(Int(lowest)) to "
          + "\(Int(highest))")
    }
  }

  /// Trains for the epochs that are set; `report` hears of each.
  ///
  /// - Returns: The share of the held-out images that the network tells right.
  /// - Throws: ``ClassifierTrainingError`` where the loss is no longer a number, or what `report` throws.
  @discardableResult
  public func run(report: (Epoch) throws -> Void = { _ in }) throws -> Double {
    var accuracy = 0.0
    for number in 1...configuration.epochs {
      let loss = trainEpoch(number - 1)
      if !loss.isFinite { throw ClassifierTrainingError.diverged(epoch: number) }
      accuracy = heldOutAccuracy()
      try report(Epoch(number: number, loss: loss, heldOutAccuracy: accuracy))
    }
    return accuracy
  }

  private func trainEpoch(_ epoch: Int) -> Double {
    network.setTraining(true)
    let order = training.gathered(
      along: 0, at: Tensor.permutation(trainingCount, using: streams[.classifierOrder]))
    let (batch, count) = (configuration.batch, trainingCount / configuration.batch)
    var total = Tensor.scalar(0)
    for step in 0..<count {
      let chosen = order.narrowed(along: 0, from: step * batch, count: batch)
      let progress = Double(epoch * count + step) / Double(configuration.epochs * count)
      let loss = trainStep(
        images.gathered(along: 0, at: chosen), labels.gathered(along: 0, at: chosen),
        learningRate: configuration.learningRate(at: progress))
      total = total + loss
    }
    return total.item / Double(count)
  }

  private func trainStep(_ batch: Tensor, _ targets: Tensor, learningRate: Double) -> Tensor {
    let augmented = augmentation(batch)
    let logits = withAutocast(to: configuration.precision.dtype, on: .cpu) { network(augmented).logits }
    guard let logits = logits?.to(dtype: .float32) else { fatalError("a classifier without logits") }
    let smoothing = configuration.smoothing
    // Each target shares `smoothing` evenly among all classes (Szegedy et al., CVPR 2016).
    let loss =
      logits.crossEntropy(with: targets) * (1 - smoothing) - logits.logSoftmax(along: 1).mean() * smoothing
    optimizer.clearGradients()
    loss.backward()
    optimizer.step(learningRate: learningRate)
    return loss.detached()
  }

  private func augmentation(_ batch: Tensor) -> Tensor {
    ShiftsAndFlips(reach: configuration.shift, flips: configuration.flips)
      .applied(to: batch, using: streams[.classifierAugmentation])
  }

  /// The share of the held-out images that the network tells right.
  public func heldOutAccuracy() -> Double {
    network.setTraining(false)
    return withoutGradients {
      var right = 0.0
      for chosen in heldOut.blocks(ofRows: 500) {
        guard let logits = network(images.gathered(along: 0, at: chosen)).logits else { continue }
        let isRight = logits.argumentOfMaximum(along: 1).isEqual(to: labels.gathered(along: 0, at: chosen))
        right += isRight.to(dtype: .float32).sum().item
      }
      return right / Double(heldOutCount)
    }
  }
}

/// Why a classifier could not be trained.
public enum ClassifierTrainingError: Fault, Equatable {
  /// The loss is infinite or not a number.
  case diverged(epoch: Int)

  public var description: String {
    switch self {
    case .diverged(let epoch):
      "the classifier's loss was no longer a number in epoch \(epoch); set a smaller learningRate"
    }
  }

  public var fault: FaultKind { .other }
}

extension RandomStream {
  static let classifierSplit = RandomStream(rawValue: "classifier.split")
  static let classifierInitialization = RandomStream(rawValue: "classifier.initialization")
  static let classifierOrder = RandomStream(rawValue: "classifier.order")
  static let classifierAugmentation = RandomStream(rawValue: "classifier.augmentation")
}
