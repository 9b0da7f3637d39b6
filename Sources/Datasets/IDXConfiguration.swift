import PluginKit

/// The settings of ``MNIST`` and ``FashionMNIST``.
public struct IDXConfiguration: DatasetConfiguration {
  @Setting("folder of the IDX files, or one …-images-idx3-ubyte[.gz] with its labels beside it")
  public var path: String? = nil
  @Setting("which files of a folder; null takes train where it is there, else test")
  public var split: Subset? = nil
  @Setting("28, or 32 with a black border of 2 pixels") public var size = 28
  @Setting("use the first so many images; null for all", .atLeast(1)) public var count: Int? = nil
  public var use = TrainingUse()

  public init() {}

  public func validate() throws {
    guard size == 28 || size == 32 else {
      throw ConfigurationError.outOfRange(path: "dataset.size", found: "\(size)", allowed: "28 or 32")
    }
  }

  var shape: ImageShape { ImageShape(channels: 1, height: size, width: size) }
}
