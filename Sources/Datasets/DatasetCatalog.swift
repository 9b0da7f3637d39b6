import PluginKit

/// The kind of datasets.
public enum DatasetKind: PluginKind {
  public typealias Context = Void
  public typealias Product = any Dataset
  public typealias Declared = any Dataset.Type
  public typealias Configuration = any DatasetConfiguration
  public static let name = "dataset"
}

public typealias DatasetCatalog = Catalog<DatasetKind>

extension DatasetCatalog {
  /// The datasets that come with the project.
  public static var standard: Self {
    Self()
      .adding(Sprites.self)
      .adding(CIFAR10.self)
      .adding(MNIST.self)
      .adding(FashionMNIST.self)
      .adding(ImageFiles.self)
  }

  /// The catalog with one more dataset.
  public func adding<D: Dataset>(_ type: D.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { configuration, _ in try D(configuration) })
  }
}
