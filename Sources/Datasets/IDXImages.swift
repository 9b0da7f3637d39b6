import Foundation
import PluginKit

/// Loads sets in the form of MNIST: a pair of IDX files for training, another for test.
struct IDXImages {
  /// The dataset's name.
  let dataset: String
  /// Subfolders to look into as well, as other programs lay them out.
  let subfolders: [String]
  let classNames: [String]
  let configuration: IDXConfiguration

  /// One file of images and the file of labels beside it.
  private struct Pair {
    let images: String
    let labels: String?
  }

  private static let side = 28
  private static let advice =
    "set dataset.path to a folder with train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz "
    + "(or t10k-…), or to one of the image files"

  /// The images, from the cache where they are there.
  func load(in context: LoadContext) throws -> PackedImages {
    let pairs = try findPairs()
    var source = SourceIdentity()
    for pair in pairs {
      try source.add(file: pair.images)
      if let labels = pair.labels { try source.add(file: labels) }
    }
    return try context.cache.images(
      dataset: dataset + "/1", configuration: configuration, source: source
    ) { writer in
      try pack(pairs, into: writer, progress: context.progress)
    }
  }

  private func pack(
    _ pairs: [Pair], into writer: PackedWriter, progress: ProgressHandler
  ) throws -> PackedImages {
    var labels: [Int]? = []
    var count = 0
    for pair in pairs {
      let file = try images(of: pair)
      let kept = min(file.dimensions[0], (configuration.count ?? .max) - count)
      guard kept > 0 else { continue }
      try writer.append(pixels(of: file, count: kept))
      labels = try pair.labels.flatMap { try self.labels($0, for: file, of: pair) }.flatMap { new in
        labels.map { $0 + new.prefix(kept) }
      }
      count += kept
      progress(count, configuration.count, "reading \(dataset)")
    }
    guard count > 0 else {
      throw DataError.empty(path: pairs.map(\.images).joined(separator: ", "), advice: Self.advice)
    }
    return try writer.finish(
      shape: configuration.shape, labels: labels, classNames: labels == nil ? nil : classNames)
  }

  private func images(of pair: Pair) throws -> IDXFile {
    let file = try IDXFile(path: pair.images, dimensionCount: 3)
    guard file.dimensions[1] == Self.side, file.dimensions[2] == Self.side else {
      throw DataError.corrupt(
        path: pair.images,
        reason:
          "its images are \(file.dimensions[2])×\(file.dimensions[1]), expected \(Self.side)×\(Self.side)")
    }
    return file
  }

  private func labels(_ path: String, for images: IDXFile, of pair: Pair) throws -> [Int] {
    let file = try IDXFile(path: path, dimensionCount: 1)
    guard file.dimensions[0] == images.dimensions[0] else {
      throw DataError.corrupt(
        path: path,
        reason: "it has \(file.dimensions[0]) labels, \(pair.images) has \(images.dimensions[0]) images")
    }
    guard file.values.allSatisfy({ $0 < classNames.count }) else {
      throw DataError.corrupt(
        path: path, reason: "it has labels outside 0...\(classNames.count - 1)")
    }
    return file.values.map(Int.init)
  }

  /// The first `count` images, with a black border where 32 pixels are wanted.
  private func pixels(of file: IDXFile, count: Int) -> [UInt8] {
    let shape = ImageShape(channels: 1, height: Self.side, width: Self.side)
    let values = file.values.prefix(count * shape.valueCount)
    let margin = (configuration.size - Self.side) / 2
    guard margin > 0 else { return Array(values) }
    return (0..<count).flatMap { index in
      let start = values.startIndex + index * shape.valueCount
      return ImagePixels.padded(values[start..<(start + shape.valueCount)], shape: shape, margin: margin)
    }
  }

  // MARK: Finding the files

  private func findPairs() throws -> [Pair] {
    guard let path = configuration.path else {
      throw DataError.needsPath(dataset: dataset, advice: Self.advice)
    }
    guard let status = FileStatus(path: path) else {
      throw DataError.missing(path: path, advice: Self.advice)
    }
    guard status.isFolder else {
      guard configuration.split == nil else {
        throw ConfigurationError.incompatible(
          "dataset.split chooses among the files of a folder, but dataset.path is the file \(path); "
            + "leave one of them out")
      }
      return [Pair(images: path, labels: labelsFile(beside: path))]
    }
    let train = try imagesFile(in: path, part: "train")
    let test = try imagesFile(in: path, part: "t10k")
    let wanted: [(part: String, file: String?)] =
      switch configuration.split {
      case .train: [("train", train)]
      case .test: [("t10k", test)]
      case .all: [("train", train), ("t10k", test)]
      case nil: [("train or t10k", train ?? test)]
      }
    return try wanted.map { part, file in
      guard let file else {
        throw DataError.missing(path: "\(path)/\(part)-images-idx3-ubyte[.gz]", advice: Self.advice)
      }
      return Pair(images: file, labels: labelsFile(beside: file))
    }
  }

  /// The images of one part: by the standard name, or by a name that ends in it if there is only one.
  private func imagesFile(in root: String, part: String) throws -> String? {
    for folder in [root] + subfolders.map({ root + "/" + $0 }) {
      guard FileStatus(path: folder)?.isFolder == true else { continue }
      let names = try Self.names(in: folder)
      let endings = ["-idx3-ubyte", "-idx3-ubyte.gz", ".idx3-ubyte", ".idx3-ubyte.gz"]
      let standard = endings.map { "\(part)-images\($0)" }
      if let name = standard.first(where: names.contains) { return "\(folder)/\(name)" }
      let alike = names.filter { name in standard.contains { name.hasSuffix("-" + $0) } }.sorted()
      guard alike.count < 2 else {
        throw DataError.unreadable(
          path: folder, reason: "it holds \(alike.joined(separator: " and ")); name one as dataset.path")
      }
      if let name = alike.first { return "\(folder)/\(name)" }
    }
    return nil
  }

  private static func names(in folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw DataError.unreadable(path: folder, reason: error.localizedDescription)
    }
  }

  private func labelsFile(beside images: String) -> String? {
    let url = URL(fileURLWithPath: images)
    let name = url.lastPathComponent.replacingOccurrences(of: "images-idx3", with: "labels-idx1")
      .replacingOccurrences(of: "images.idx3", with: "labels.idx1")
    guard name != url.lastPathComponent else { return nil }
    let stem = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    let folder = url.deletingLastPathComponent().path
    return [name, stem, stem + ".gz"].map { "\(folder)/\($0)" }.first { FileStatus(path: $0) != nil }
  }
}
