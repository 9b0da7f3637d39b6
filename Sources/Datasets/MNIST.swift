import PluginKit

/// Handwritten digits, 28×28, grey: 60,000 for training and 10,000 for test, in IDX files.
public struct MNIST: Dataset {
  public typealias Configuration = IDXConfiguration

  public static let name = "mnist"
  public static let summary = "handwritten digits, 28×28 grey, from the IDX files"
  public static let reference = Citation(
    "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, "
      + "Proceedings of the IEEE 86(11), 1998",
    url: "http://yann.lecun.com/exdb/mnist/")

  public let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  public var knownShape: ImageShape? { configuration.shape }

  public func load(in context: LoadContext) throws -> PackedImages {
    try IDXImages(
      dataset: Self.name, subfolders: ["MNIST/raw", "raw"], classNames: (0...9).map(String.init),
      configuration: configuration
    ).load(in: context)
  }
}
