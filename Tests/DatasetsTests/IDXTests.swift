import Datasets
import Foundation
import PluginKit
import Testing

@Suite("mnist and fashion-mnist")
struct IDXTests {
  static func images(_ count: Int, side: Int = 28, claimed: Int? = nil) -> [UInt8] {
    [0, 0, 8, 3] + [claimed ?? count, side, side].flatMap(bigEndian)
      + (0..<(count * side * side)).map { UInt8(($0 / (side * side) + $0) % 256) }
  }

  static func labels(_ values: [UInt8]) -> [UInt8] { [0, 0, 8, 1] + bigEndian(values.count) + values }

  static func bigEndian(_ value: Int) -> [UInt8] { (0..<4).reversed().map { UInt8(value >> ($0 * 8) & 255) } }

  static func path(_ folder: TemporaryFolder, _ name: String = "") -> ConfigurationValue.Member {
    .init("path", .string(name.isEmpty ? folder.url.path : folder.url.appendingPathComponent(name).path))
  }

  /// One file packed by gzip.
  static func gzip(_ bytes: [UInt8], in folder: TemporaryFolder, named name: String) throws {
    _ = try makeArchive([.file("data", bytes)], format: "raw", filter: "gzip", in: folder, named: name)
  }

  @Test("a folder of training and test files is read by split", arguments: ["mnist", "fashion-mnist"])
  func splits(dataset: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.images(3), to: "train-images-idx3-ubyte")
    try folder.write(Self.labels([1, 2, 3]), to: "train-labels-idx1-ubyte")
    try Self.gzip(Self.images(2), in: folder, named: "t10k-images-idx3-ubyte.gz")
    try Self.gzip(Self.labels([7, 9]), in: folder, named: "t10k-labels-idx1-ubyte.gz")
    let labels = { (split: ConfigurationValue) in
      try folder.load(dataset, [Self.path(folder), .init("split", split)]).labels
    }
    #expect(try labels(.null) == [1, 2, 3])
    #expect(try labels(.string("train")) == [1, 2, 3])
    #expect(try labels(.string("test")) == [7, 9])
    #expect(try labels(.string("all")) == [1, 2, 3, 7, 9])
    let few = try folder.load(
      dataset, [Self.path(folder), .init("split", .string("all")), .init("count", .integer(4))])
    #expect(few.labels == [1, 2, 3, 7])
    #expect(few.classNames?.count == 10)
  }

  @Test("the values are the file's, at 32 pixels inside a black border of 2")
  func padding() throws {
    let folder = try TemporaryFolder()
    let file = Self.images(2)
    try folder.write(file, to: "some-t10k-images-idx3-ubyte")
    let plain = try folder.load("mnist", [Self.path(folder)])
    #expect(plain.labels == nil)
    #expect(plain.withUnsafeBytes { Array($0) } == Array(file[16...]))
    let padded = try folder.load("mnist", [Self.path(folder), .init("size", .integer(32))])
    #expect(padded.shape == ImageShape(channels: 1, height: 32, width: 32))
    let second = gather(padded, indices: [1])
    let inside = (2..<30).flatMap { second[($0 * 32 + 2)..<($0 * 32 + 30)] }
    #expect(inside == Array(file[(16 + 784)...]))
    #expect(second.reduce(0) { $0 + Int($1) } == inside.reduce(0) { $0 + Int($1) })
  }

  @Test("other sizes than 28 and 32 are refused")
  func sizes() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ConfigurationError.self) {
      try folder.load("mnist", [Self.path(folder), .init("size", .integer(64))])
    }
  }

  @Test(
    "a truncated file is an error with what was found and expected", arguments: [0, 3, 15, 16, 1000, 1583])
  func truncated(length: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(Self.images(2).prefix(length)), to: "train-images-idx3-ubyte")
    let error = dataError { try folder.load("mnist", [Self.path(folder)]) }
    #expect(error == .wrongSize(path: path, expected: length < 16 ? 16 : 1584, found: length))
  }

  @Test("a truncated gzip file is an error that names it")
  func truncatedGzip() throws {
    let folder = try TemporaryFolder()
    let name = "t10k-images-idx3-ubyte.gz"
    try Self.gzip(Self.images(20), in: folder, named: name)
    let whole = Array(try Data(contentsOf: folder.url.appendingPathComponent(name)))
    try folder.write(Array(whole.prefix(whole.count / 2)), to: name)
    let error = dataError { try folder.load("mnist", [Self.path(folder)]) }
    #expect(error?.description.contains(name) == true, "found \(String(describing: error))")
  }

  static let foreignFiles: [[UInt8]] = [
    Array("this is not an IDX file".utf8), labels([UInt8](repeating: 0, count: 30)), images(2, side: 20),
    [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12),
  ]

  @Test("a foreign file, another size or an absurd claim is an error by name", arguments: foreignFiles)
  func foreign(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "train-images-idx3-ubyte")
    let error = dataError { try folder.load("mnist", [Self.path(folder)]) }
    #expect(error?.description.contains(path) == true, "found \(String(describing: error))")
  }

  @Test(
    "labels of another number or outside the classes are an error", arguments: [[1], [1, 2, 3], [1, 10]])
  func wrongLabels(values: [UInt8]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.images(2), to: "train-images-idx3-ubyte")
    let path = try folder.write(Self.labels(values), to: "train-labels-idx1-ubyte")
    let error = dataError { try folder.load("mnist", [Self.path(folder)]) }
    guard case .corrupt(path, _) = error else {
      return #expect(Bool(false), "found \(String(describing: error))")
    }
  }

  @Test("what is missing is said with the way out")
  func missing() throws {
    let folder = try TemporaryFolder()
    guard case .needsPath = dataError({ try folder.load("mnist", []) }) else {
      return #expect(Bool(false), "a path is needed")
    }
    guard case .missing = dataError({ try folder.load("mnist", [Self.path(folder)]) }) else {
      return #expect(Bool(false), "the files are missing")
    }
    guard case .missing = dataError({ try folder.load("mnist", [Self.path(folder, "none")]) }) else {
      return #expect(Bool(false), "the folder is missing")
    }
  }

  @Test("a single file brings its labels, and a split beside it is refused")
  func single() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.images(2), to: "a/t10k-images.idx3-ubyte")
    try folder.write(Self.labels([4, 5]), to: "a/t10k-labels.idx1-ubyte")
    let file = Self.path(folder, "a/t10k-images.idx3-ubyte")
    #expect(try folder.load("mnist", [file]).labels == [4, 5])
    #expect(throws: ConfigurationError.self) {
      try folder.load("mnist", [file, .init("split", .string("test"))])
    }
  }

  @Test(
    "the real test digits of MNIST load",
    .enabled(if: SharedData.has("mnist-t10k-images-idx3-ubyte.gz"), "the shared data is not here"))
  func real() throws {
    let folder = try TemporaryFolder()
    let images = try folder.load("mnist", [.init("path", SharedData.path(""))])
    #expect(images.count == 10_000)
    #expect(images.labels?.prefix(5) == [7, 2, 1, 0, 4])
  }
}
