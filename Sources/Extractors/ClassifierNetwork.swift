import Foundation
import MoCAProtocols

/// What a ``ClassifierNetwork`` looks at and tells apart; everything that decides the shapes of its tensors.
public struct ClassifierDescription: Sendable, Equatable {
  /// More would only be a file that is damaged or hostile.
  private static let mostClasses = 10_000

  /// The images it takes.
  public let shape: ImageShape
  /// Channels of the first convolution; every stage doubles them, up to eight times as many.
  public let width: Int
  /// The names of the classes in the order of the logits.
  public let classes: [String]

  /// Describes a network.
  ///
  /// - Throws: `ConfigurationError` where there is nothing to tell apart, or the images are too small or too large.
  public init(shape: ImageShape, width: Int, classes: [String]) throws {
    if classes.count < 2 {
      throw ConfigurationError.incompatible(
        "a classifier needs at least 2 classes, found \(classes.count); choose a dataset with labels, such as a "
          + "folder of images with a folder for each class")
    }
    if classes.count > Self.mostClasses {
      throw ConfigurationError.incompatible(
        "a classifier tells at most \(Self.mostClasses) classes apart, found \(classes.count)")
    }
    let isUsable =
      [1, 3].contains(shape.channels) && (8...256).contains(min(shape.height, shape.width))
      && max(shape.height, shape.width) <= 256
    if !isUsable {
      throw ConfigurationError.incompatible(
        "the classifier cannot take images of \(shape): it needs 1 or 3 channels and 8 to 256 pixels a side; set "
          + "dataset.size")
    }
    if !(1...256).contains(width) {
      throw ConfigurationError.outOfRange(path: "width", found: "\(width)", allowed: "between 1 and 256")
    }
    self.shape = shape
    self.width = width
    self.classes = classes
  }

  /// Channels of each stage; every stage halves the side, until it is below 8.
  var stageWidths: [Int] {
    let side = min(shape.height, shape.width)
    let count = (1...8).first { side >> $0 < 8 } ?? 8
    return (1...count).map { width << min($0, 3) }
  }

  /// How many values describe an image.
  public var featureCount: Int { stageWidths.last ?? width }

  /// The shapes of the network's largest tensors by their names; no other is larger than these.
  var largestShapes: [(name: String, shape: [Int])] {
    stageWidths.enumerated().map { ("stages.\($0).second.convolution.weight", [$1, $1, 3, 3]) }
      + [("output.weight", [classes.count, featureCount])]
  }
}

/// A small residual network that tells classes apart (after He, Zhang, Ren and Sun, CVPR 2016, arXiv 1512.03385): a
/// convolution, then stages of a convolution that halves the side and doubles the channels and one residual block.
/// The features are the means of the last maps, the logits a linear function of them.
public final class ClassifierNetwork: Module {
  /// What it takes and tells apart.
  public let description: ClassifierDescription
  private let input: NormalizedConvolution
  private let stages: [ClassifierStage]
  private let output: Linear

  /// Draws the weights as `Convolution` and `Linear` do.
  public init(_ description: ClassifierDescription, using generator: Generator) {
    self.description = description
    let widths = description.stageWidths
    input = NormalizedConvolution(description.shape.channels, description.width, using: generator)
    stages = zip([description.width] + widths, widths).map { ClassifierStage($0, $1, using: generator) }
    output = Linear(description.featureCount, description.classes.count, using: generator)
  }

  /// `[batch, channels, h, w]` of 8-bit values → features `[batch, featureCount]` and logits `[batch, classes]`.
  public func callAsFunction(_ images: Tensor) -> ImageFeatures {
    // About −2 to 2, whatever the set.
    let scaled = (images.to(dtype: .float32) * (4.0 / 255) - 2).channelsLast()
    let maps = stages.reduce(input.rectified(scaled)) { $1($0) }
    let features = maps.mean(along: 2, 3)
    return ImageFeatures(features: features, logits: output(features))
  }
}

/// The convolution that halves the side, and the residual block after it.
private final class ClassifierStage: Module {
  let entry: NormalizedConvolution
  let first: NormalizedConvolution
  let second: NormalizedConvolution

  init(_ inputs: Int, _ outputs: Int, using generator: Generator) {
    entry = NormalizedConvolution(inputs, outputs, stride: 2, using: generator)
    first = NormalizedConvolution(outputs, outputs, using: generator)
    second = NormalizedConvolution(outputs, outputs, using: generator)
  }

  func callAsFunction(_ input: Tensor) -> Tensor {
    let start = entry.rectified(input)
    return (start + second(first.rectified(start))).relu()
  }
}

/// A 3×3 convolution and batch normalisation.
private final class NormalizedConvolution: Module {
  let convolution: Convolution
  let normalization: BatchNormalization

  init(_ inputs: Int, _ outputs: Int, stride: Int = 1, using generator: Generator) {
    convolution = Convolution(
      ConvolutionShape(inputs: inputs, outputs: outputs, kernel: 3, stride: stride, padding: 1),
      using: generator)
    normalization = BatchNormalization(outputs)
  }

  func callAsFunction(_ input: Tensor) -> Tensor { normalization(convolution(input)) }

  func rectified(_ input: Tensor) -> Tensor { normalization.rectified(convolution(input)) }
}
