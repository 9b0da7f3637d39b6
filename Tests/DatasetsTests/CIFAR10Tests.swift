import Datasets
import Foundation
import PluginKit
import Testing

@Suite("cifar10")
struct CIFAR10Tests {
  /// A whole batch: record r has the label r mod 10, and planes of values that tell plane and record.
  static func batch(label: UInt8? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(30_730_000)
    for record in 0..<10_000 {
      bytes.append(label ?? UInt8(record % 10))
      for plane in 0..<3 {
        bytes.append(contentsOf: repeatElement(UInt8((record + plane * 50) % 256), count: 1024))
      }
    }
    return bytes
  }

  static func load(_ folder: TemporaryFolder, _ name: String = "") throws -> PackedImages {
    let path = name.isEmpty ? folder.url.path : folder.url.appendingPathComponent(name).path
    return try folder.load(
      "cifar10",
      [.init("path", .string(path)), .init("split", .string("test")), .init("count", .integer(300))])
  }

  @Test("planes are interleaved and labels read, from a folder and from the archive")
  func reading() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.batch(), to: "cifar-10-batches-bin/test_batch.bin")
    _ = try makeArchive(
      [
        .file("cifar-10-batches-bin/batches.meta.txt", Array("airplane\n".utf8)),
        .file("cifar-10-batches-bin/test_batch.bin", Self.batch()),
      ], filter: "gzip", in: folder, named: "archive.tar.gz")
    let images = try Self.load(folder)
    #expect(images.count == 300)
    #expect(images.shape == ImageShape(channels: 3, height: 32, width: 32))
    #expect(images.labels?.prefix(12) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    #expect(images.classNames?.last == "truck")
    #expect(gather(images, indices: [7]) == (0..<1024).flatMap { _ in [7, 57, 107] })
    #expect(try Self.load(folder, "archive.tar.gz").digest == images.digest)
  }

  @Test("a batch of another size is an error with both sizes", arguments: [0, 3073, 30_729_999, 30_730_001])
  func wrongSize(size: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 1, count: size), to: "test_batch.bin")
    #expect(
      dataError { try Self.load(folder) } == .wrongSize(path: path, expected: 30_730_000, found: size))
  }

  @Test("a label above 9 is an error that names file and record")
  func label() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.batch(label: 10), to: "test_batch.bin")
    let error = dataError { try Self.load(folder) }
    #expect(error == .corrupt(path: path, reason: "record 0 has the label 10, expected 0...9"))
  }

  @Test("without a path the error says how to get the data, and a missing batch is named")
  func missing() throws {
    let folder = try TemporaryFolder()
    let error = dataError { try folder.load("cifar10", []) }
    #expect(error?.description.contains("dataset.download=true") == true)
    #expect(dataError { try Self.load(folder) }?.description.contains("test_batch.bin") == true)
  }

  @Test("a download that fails leaves nothing behind")
  func download() throws {
    let folder = try TemporaryFolder()
    // Port 9 of this machine: nothing listens there, and no network is needed to find out.
    let download = Download(address: "http://127.0.0.1:9/archive.tar.gz", digest: .md5("00"))
    let target = folder.url.appendingPathComponent("archive.tar.gz")
    let error = dataError { try download.fetch(to: target) { _, _, _ in } }
    guard case .download = error else { return #expect(Bool(false), "found \(String(describing: error))") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}
