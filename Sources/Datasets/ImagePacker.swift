import PluginKit

/// Decodes image files on all cores, in portions of bounded size, and writes them in order.
final class ImagePacker {
  private let configuration: ImageFiles.Configuration
  private let context: LoadContext
  private let writer: PackedWriter
  private let source: ImageSource
  private let channels: Int
  private let requiresSquares: Bool

  private var waiting: [ImageFile] = []
  private var waitingBytes = 0
  private var parents: [String?] = []
  private var first: (name: String, shape: ImageShape)?
  private var skippedCount = 0

  init(
    configuration: ImageFiles.Configuration, context: LoadContext, writer: PackedWriter, source: ImageSource,
    requiresSquares: Bool
  ) {
    self.requiresSquares = requiresSquares
    self.configuration = configuration
    self.context = context
    self.writer = writer
    self.source = source
    channels = configuration.channels ?? 3
  }

  /// Packs the whole source.
  func pack() throws -> PackedImages {
    let limit = configuration.count ?? .max
    try source.forEachImage { file in
      waiting.append(file)
      waitingBytes += file.bytes.count
      if waiting.count >= 512 || waitingBytes >= 32 << 20 || parents.count + waiting.count >= limit {
        try decodeWaiting()
      }
      return parents.count < limit
    }
    try decodeWaiting()
    guard let first else {
      throw DataError.empty(
        path: source.path, advice: skippedCount > 0 ? "all \(skippedCount) are broken" : ImageFiles.advice)
    }
    let classNames = Set(parents.compactMap { $0 }).sorted()
    let isLabelled = classNames.count > 1 && !parents.contains(nil)
    return try writer.finish(
      shape: first.shape, labels: isLabelled ? labels(of: classNames) : nil,
      classNames: isLabelled ? classNames : nil, skippedCount: skippedCount)
  }

  private func labels(of classNames: [String]) -> [Int] {
    let indices = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    return parents.compactMap { $0.flatMap { indices[$0] } }
  }

  private func decodeWaiting() throws {
    let (size, channels, resize) = (configuration.size, channels, context.resize)
    let results = waiting.parallelMap { file in
      Result { try file.prepared(size: size, channels: channels, resize: resize) }
    }
    for (file, result) in zip(waiting, results) { try add(result, of: file) }
    waiting.removeAll(keepingCapacity: true)
    waitingBytes = 0
    let skipped = skippedCount > 0 ? ", \(skippedCount) broken ones left out" : ""
    context.progress(
      parents.count, configuration.count ?? source.fileCount, "decoding images" + skipped)
  }

  private func add(_ result: Result<(bytes: [UInt8], shape: ImageShape), any Error>, of file: ImageFile)
    throws
  {
    let image: (bytes: [UInt8], shape: ImageShape)
    do {
      image = try result.get()
    } catch DataError.corrupt where configuration.skipBroken {
      skippedCount += 1
      return
    }
    guard image.shape.width == image.shape.height || !requiresSquares else {
      throw DataError.notSquare(path: file.name, shape: image.shape)
    }
    if let first, first.shape != image.shape {
      throw DataError.mixedSizes(
        first: first.name, firstShape: first.shape, other: file.name, otherShape: image.shape)
    }
    if first == nil { first = (file.name, image.shape) }
    try writer.append(image.bytes)
    parents.append(file.parent)
  }
}
