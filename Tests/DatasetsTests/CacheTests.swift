import Datasets
import Foundation
import PluginKit
import Testing

@Suite("the cache of packed images")
struct CacheTests {
  static let settings: [ConfigurationValue.Member] = [
    .init("count", .integer(20)), .init("size", .integer(16)),
  ]

  @Test("a second load reads the file and gives the same images")
  func hit() throws {
    let folder = try TemporaryFolder()
    let packed = try folder.load("sprites", Self.settings)
    let file = try #require(try folder.cacheFiles().first)
    let before = try Data(contentsOf: file)
    let read = try folder.load("sprites", Self.settings)
    #expect(try folder.cacheFiles() == [file])
    #expect(try Data(contentsOf: file) == before)
    #expect(read.digest == packed.digest)
    #expect(read.labels == packed.labels)
    #expect(read.classNames == packed.classNames)
    #expect(read.withUnsafeBytes { Array($0) } == packed.withUnsafeBytes { Array($0) })
    let bytes = read.withUnsafeBytes { Array($0) }
    let again = try PackedImages(shape: read.shape, bytes: bytes, labels: nil, classNames: nil)
    #expect(again.digest == read.digest)
  }

  @Test("what does not change the images does not change the file, what does makes another")
  func keys() throws {
    let folder = try TemporaryFolder()
    _ = try folder.load("sprites", Self.settings)
    _ = try folder.load(
      "sprites", Self.settings + [.init("flips", .boolean(true)), .init("holdout", .number(0.3))])
    #expect(try folder.cacheFiles().count == 1)
    _ = try folder.load("sprites", Self.settings + [.init("seed", .integer(1))])
    #expect(try folder.cacheFiles().count == 2)
  }

  @Test("a file that was cut off or damaged in its frame is made again", arguments: [0, 10, 4095, 5000, -1])
  func rebuilding(length: Int) throws {
    let folder = try TemporaryFolder()
    let packed = try folder.load("sprites", Self.settings)
    let file = try #require(try folder.cacheFiles().first)
    let whole = try Data(contentsOf: file)
    try whole.prefix(length < 0 ? whole.count + length : length).write(to: file)
    #expect(try folder.load("sprites", Self.settings).digest == packed.digest)
    #expect(try Data(contentsOf: file).count == whole.count)
    for position in [0, 8, 16, 24, whole.count - 1] {
      var damaged = whole
      damaged[position] ^= 0x40
      try damaged.write(to: file)
      #expect(try folder.load("sprites", Self.settings).digest == packed.digest)
      #expect(try Data(contentsOf: file).count == whole.count)
    }
  }

  @Test("a changed source is packed again")
  func changedSource() throws {
    let folder = try TemporaryFolder()
    let source: [ConfigurationValue.Member] = [
      .init("path", .string(folder.url.appendingPathComponent("f").path))
    ]
    try folder.write(try png(8, 8), to: "f/a.png")
    #expect(try folder.load("images", source).count == 1)
    try folder.write(try png(8, 8, shade: 3), to: "f/b.png")
    #expect(try folder.load("images", source).count == 2)
  }

  @Test(
    "what a killed process left half written is removed by the next one",
    arguments: ["1234.partial", "partial-1234"])
  func abandoned(suffix: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.load("sprites", Self.settings)
    let file = try #require(try folder.cacheFiles().first)
    try FileManager.default.moveItem(at: file, to: file.appendingPathExtension(suffix))
    _ = try folder.load("sprites", Self.settings)
    #expect(try folder.cacheFiles().map(\.lastPathComponent) == [file.lastPathComponent])
  }

  @Test("images outlive the removal of their file")
  func removal() throws {
    let folder = try TemporaryFolder()
    let images = try folder.load("sprites", Self.settings)
    let before = gather(images, indices: [19])
    for file in try folder.cacheFiles() { try FileManager.default.removeItem(at: file) }
    #expect(gather(images, indices: [19]) == before)
  }

  @Test("a folder that cannot be made is an error of the disk")
  func noFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "cache")
    let error = dataError { try folder.load("sprites", Self.settings) }
    guard case .disk = error else { return #expect(Bool(false), "found \(String(describing: error))") }
  }

  @Test(
    "the keys of every dataset are those that stored runs and cached images have",
    arguments: [
      ("sprites", "count size channels background rotates seed"), ("cifar10", "path download split count"),
      ("mnist", "path split size count"), ("fashion-mnist", "path split size count"),
      ("images", "path size channels skipBroken count"),
    ])
  func keys(_ dataset: String, own: String) throws {
    let keys = try DatasetCatalog.standard.entry(named: dataset).settings.map(\.key)
    #expect(keys.joined(separator: " ") == own + " holdout holdoutSeed flips")
  }

  @Test("every dataset of the catalog has a name, documented settings and defaults that are accepted")
  func catalog() throws {
    let catalog = DatasetCatalog.standard
    #expect(catalog.names == ["sprites", "cifar10", "mnist", "fashion-mnist", "images"])
    for entry in catalog.entries {
      #expect(entry.settings.allSatisfy { !$0.help.isEmpty })
      #expect(entry.settings.map(\.key).contains("count"))
      let dataset = try entry.make(.empty, "dataset", ())
      #expect(dataset.configuration.use.holdout == 0.1)
    }
    #expect(throws: ConfigurationError.self) { try catalog.entry(named: "minst") }
  }
}
