import PluginKit

/// Articles of clothing, 28×28, grey: 60,000 for training and 10,000 for test, in the same files as MNIST.
public struct FashionMNIST: Dataset {
  public typealias Configuration = IDXConfiguration

  public static let name = "fashion-mnist"
  public static let summary = "articles of clothing, 28×28 grey, from the IDX files"
  public static let reference = Citation(
    "Xiao, Rasul, Vollgraf: Fashion-MNIST, a novel image dataset for benchmarking machine learning "
      + "algorithms, arXiv:1708.07747, 2017",
    url: "https://github.com/zalandoresearch/fashion-mnist")

  public let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  public var knownShape: ImageShape? { configuration.shape }

  public func load(in context: LoadContext) throws -> PackedImages {
    try IDXImages(
      dataset: Self.name, subfolders: ["FashionMNIST/raw", "raw"],
      classNames: [
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot",
      ],
      configuration: configuration
    ).load(in: context)
  }
}
