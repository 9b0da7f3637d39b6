import PluginKit

public typealias DatasetCatalog = Catalog<Void, any Dataset>

extension Catalog where Context == Void, Product == any Dataset {
  /// The datasets that come with the project.
  public static var standard: Self {
    Self(kind: "dataset")
      .adding(Sprites.self)
      .adding(CIFAR10.self)
      .adding(MNIST.self)
      .adding(FashionMNIST.self)
      .adding(ImageFiles.self)
  }

  /// The catalog with one more dataset.
  public func adding<D: Dataset>(_ type: D.Type) -> Self {
    adding(type) { configuration, _ in try D(configuration) }
  }
}
