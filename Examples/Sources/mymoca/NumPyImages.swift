import Datasets
import MoCAProtocols

/// Images of a NumPy archive, as `numpy.savez` writes it: an array of 8-bit values and, if there is one, an array of
/// classes. The files of MedMNIST are such archives (`array=train_images labels=train_labels`).
public struct NumPyImages: Dataset {
  /// The settings.
  public struct Configuration: DatasetConfiguration {
    @Setting("the .npz file") public var path: String?
    @Setting("array of the images: 8-bit, [count, height, width] or [count, height, width, 1 or 3]")
    public var array = "images"
    @Setting("array of the classes, whole numbers from 0; null for none") public var labels: String?
    @Setting("use the first so many images; null for all", .atLeast(1)) public var count: Int?
    public var use = TrainingUse()

    public init() {}
  }

  public static let name = "numpy"
  public static let summary = "images in an array of a NumPy archive (.npz)"
  public static let reference = Citation(
    "NumPy's format of arrays", url: "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html")

  public let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  public var knownShape: ImageShape? { nil }

  public func load(in context: LoadContext) throws -> PackedImages {
    guard let path = configuration.path else {
      throw DataError.needsPath(dataset: Self.name, advice: "set dataset.path to a file of numpy.savez")
    }
    var source = SourceIdentity()
    try source.add(file: path)
    // The number changes with what this code makes of a file, so that old caches are not taken for new ones.
    return try context.cache.images(dataset: "numpy/1", configuration: configuration, source: source) {
      writer in
      try pack(ArchiveReader(path: path), into: writer, progress: context.progress)
    }
  }

  private func pack(
    _ reader: ArchiveReader, into writer: PackedWriter, progress: (Int, Int?, String) -> Void
  ) throws -> PackedImages {
    var shape: ImageShape?
    var labels: [Int]?
    while let entry = try reader.nextFile() {
      if entry == configuration.array + ".npy" {
        shape = try packImages(reader, into: writer, progress: progress)
      } else if let name = configuration.labels, entry == name + ".npy" {
        labels = try NumPyHeader(reader).integers(in: reader)
      }
    }
    guard let shape else { throw missing(configuration.array, in: reader) }
    if let name = configuration.labels, labels == nil { throw missing(name, in: reader) }
    let count = writer.byteCount / shape.valueCount
    if let found = labels?.count, found < count {
      throw DataError.corrupt(path: reader.path, reason: "it has \(found) labels for \(count) images")
    }
    let kept = labels.map { Array($0.prefix(count)) }
    let classNames = kept.map { (0...($0.max() ?? 0)).map(String.init) }
    return try writer.finish(shape: shape, labels: kept, classNames: classNames)
  }

  /// Copies portion by portion: an archive may be larger than memory.
  private func packImages(
    _ reader: ArchiveReader, into writer: PackedWriter, progress: (Int, Int?, String) -> Void
  ) throws -> ImageShape {
    let header = try NumPyHeader(reader)
    let shape = try header.imageShape(in: reader)
    let count = min(header.shape[0], configuration.count ?? .max)
    if count == 0 { throw DataError.empty(path: reader.currentName, advice: "choose another dataset.array") }
    let portion = max(1, (16 << 20) / shape.valueCount)
    for start in stride(from: 0, to: count, by: portion) {
      let wanted = min(portion, count - start) * shape.valueCount
      try writer.append(header.bytes(wanted, of: reader))
      progress(min(start + portion, count), count, "reading \(configuration.array)")
    }
    return shape
  }

  private func missing(_ array: String, in reader: ArchiveReader) -> DataError {
    .missing(
      path: "\(reader.path):\(array).npy",
      advice: "set dataset.array and dataset.labels to arrays of the archive")
  }
}
