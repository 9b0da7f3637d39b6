import Foundation
import PluginKit

/// Any JPEG and PNG images of a folder or an archive, cropped to their middle square and resized.
///
/// The label is the name of the folder that an image lies in, where there are at least two. A folder is read
/// with all below it in the order of paths, an archive in its own order; hidden files and files of other kinds
/// are left out.
public struct ImageFiles: Dataset {
  public struct Configuration: DatasetConfiguration {
    @Setting("folder with images at any depth, or an archive of them (tar, tar.gz, tar.zst, zip, …)")
    public var path: String? = nil
    @Setting(
      "width and height to crop and resize to; null keeps images that are equal and square", .between(4, 4096)
    )
    public var size: Int? = nil
    @Setting("3 for colour, 1 for grey; null means 3") public var channels: Int? = nil
    @Setting("leave broken images out instead of stopping at the first") public var skipBroken = false
    @Setting("use the first so many images, in the order of the source; null for all", .atLeast(1))
    public var count: Int? = nil
    public var use = TrainingUse()
    public init() {}
    public func validate() throws { try checkChannels(channels) }
  }

  public static let name = "images"
  public static let summary = "your own JPEG and PNG images: a folder, or an archive such as tar.zst or zip"
  public static let reference = Citation.project

  static let advice =
    "set dataset.path to a folder or an archive (tar, tar.gz, tar.zst, zip) of JPEG or PNG images"

  public let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  public var knownShape: ImageShape? {
    configuration.size.map { ImageShape(channels: configuration.channels ?? 3, height: $0, width: $0) }
  }

  public func load(in context: LoadContext) throws -> PackedImages {
    try load(in: context, requiresSquares: true)
  }

  /// The images, which may be of any one shape where they need not be square.
  public func load(in context: LoadContext, requiresSquares: Bool) throws -> PackedImages {
    guard let path = configuration.path else {
      throw DataError.needsPath(dataset: Self.name, advice: Self.advice)
    }
    let source = try ImageSource(path: path)
    return try context.cache.images(
      dataset: requiresSquares ? "images/1" : "images-of-any-shape/1", configuration: configuration,
      source: try source.identity()
    ) { writer in
      let packer = ImagePacker(
        configuration: configuration, context: context, writer: writer, source: source,
        requiresSquares: requiresSquares)
      return try packer.pack()
    }
  }
}
