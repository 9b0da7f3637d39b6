import Foundation

/// Finds and reads CIFAR-10's binary batches in a folder or an archive.
struct CIFARBatches {
  /// One batch with the name that messages use.
  struct Batch {
    let name: String
    let bytes: [UInt8]
  }

  /// A label and 3072 values.
  static let recordSize = 3073
  /// Records in every batch.
  static let recordCount = 10_000
  private static let batchSize = recordSize * recordCount

  let path: String
  let isFolder: Bool
  /// The files that are wanted, in order.
  let names: [String]

  /// The files on disk: the batches of a folder or the archive.
  ///
  /// - Throws: ``DataError/missing(path:advice:)``.
  func files() throws -> [String] {
    guard isFolder else { return [path] }
    return try names.map { name in
      let places = ["\(path)/\(name)", "\(path)/cifar-10-batches-bin/\(name)"]
      guard let file = places.first(where: { FileStatus(path: $0) != nil }) else {
        throw DataError.missing(path: places[0], advice: CIFAR10.advice)
      }
      return file
    }
  }

  /// The batches, each checked for its size.
  func read() throws -> [Batch] {
    let batches = isFolder ? try files().map { Batch(name: $0, bytes: try FileBytes.read($0)) } : try unpack()
    for batch in batches where batch.bytes.count != Self.batchSize {
      throw DataError.wrongSize(path: batch.name, expected: Self.batchSize, found: batch.bytes.count)
    }
    return batches
  }

  private func unpack() throws -> [Batch] {
    let reader = try ArchiveReader(path: path)
    var found: [String: Batch] = [:]
    while found.count < names.count, let entry = try reader.nextFile() {
      let name = entry.split(separator: "/").last.map(String.init) ?? entry
      guard names.contains(name) else { continue }
      found[name] = Batch(name: reader.currentName, bytes: try reader.read(limit: Self.batchSize + 1))
    }
    return try names.map { name in
      guard let batch = found[name] else {
        throw DataError.missing(path: "\(path):\(name)", advice: CIFAR10.advice)
      }
      return batch
    }
  }
}
