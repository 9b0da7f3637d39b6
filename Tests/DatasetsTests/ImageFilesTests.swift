import Datasets
import Foundation
import PluginKit
import Testing

@Suite("images")
struct ImageFilesTests {
  static func load(
    _ folder: TemporaryFolder, _ path: String, _ settings: [ConfigurationValue.Member] = []
  ) throws -> PackedImages {
    try folder.load("images", [.init("path", .string(path))] + settings)
  }

  static func entries() throws -> [ArchiveEntry] {
    [
      .file("set/cat/1.jpg", jpeg(16, 16)), .file("set/cat/2.png", try png(16, 16, shade: 50)),
      .file("set/dog/1.bin", try png(16, 16, shade: 100)), .file("set/readme.txt", Array("no image".utf8)),
      .file("set/dog/._1.jpg", Array("made by macOS".utf8)),
    ]
  }

  @Test(
    "archives of every kind and the folder give the same images",
    arguments: [
      ("pax", nil), ("gnutar", "gzip"), ("pax", "zstd"), ("ustar", "bzip2"), ("pax", "xz"), ("zip", nil),
      ("7zip", nil), ("cpio", nil),
    ] as [(String, String?)])
  func archives(format: String, filter: String?) throws {
    let folder = try TemporaryFolder()
    for case .file(let name, let bytes) in try Self.entries() { try folder.write(bytes, to: "f/" + name) }
    let path = try makeArchive(try Self.entries(), format: format, filter: filter, in: folder)
    let fromArchive = try Self.load(folder, path)
    let fromFolder = try Self.load(folder, folder.url.appendingPathComponent("f").path)
    #expect(fromArchive.count == 3)
    #expect(fromArchive.labels == [0, 0, 1])
    #expect(fromArchive.classNames == ["cat", "dog"])
    #expect(fromArchive.digest == fromFolder.digest)
    #expect(gather(fromArchive, indices: [1]) == picture(16, 16, shade: 50))
  }

  @Test("images are cropped to the middle square and resized; one channel is grey")
  func resizing() throws {
    let folder = try TemporaryFolder()
    let path = try makeArchive([.file("a.png", try png(24, 12)), .file("b.png", try png(9, 30))], in: folder)
    let images = try Self.load(folder, path, [.init("size", .integer(6))])
    #expect(images.shape == ImageShape(channels: 3, height: 6, width: 6))
    #expect(images.labels == nil)
    let whole = picture(24, 12)
    let crop = (0..<12).flatMap { row -> ArraySlice<UInt8> in
      let start = (row * 24 + 6) * 3
      return whole[start..<(start + 36)]
    }
    let square = ImageShape(channels: 3, height: 12, width: 12)
    #expect(gather(images, indices: [0]) == nearest(crop, square, images.shape))
    let grey = try Self.load(folder, path, [.init("size", .integer(6)), .init("channels", .integer(1))])
    #expect(grey.shape.channels == 1)
  }

  @Test("without a size, images that differ or are not square are an error that says to set it")
  func mixed() throws {
    let folder = try TemporaryFolder()
    let mixed = try makeArchive([.file("a.png", try png(8, 8)), .file("b.png", try png(9, 9))], in: folder)
    let error = dataError { try Self.load(folder, mixed) }
    #expect(error?.description.contains("b.png is 9×9; set dataset.size") == true)
    let wide = try makeArchive([.file("a.png", try png(9, 8))], in: folder, named: "wide")
    #expect(dataError { try Self.load(folder, wide) }?.description.contains("9×8 and not square") == true)
  }

  @Test("a broken image is named, or left out and counted where that is asked for", arguments: [true, false])
  func broken(isArchive: Bool) throws {
    let folder = try TemporaryFolder()
    let files = [
      ("a.jpg", jpeg(16, 16)), ("b.jpg", Array(jpeg(16, 16).dropLast(150))), ("c.png", [UInt8]()),
      ("d.jpg", jpeg(16, 16, shade: 9)),
    ]
    var path = folder.url.appendingPathComponent("f").path
    for (name, bytes) in files { try folder.write(bytes, to: "f/" + name) }
    if isArchive { path = try makeArchive(files.map { .file($0.0, $0.1) }, in: folder) }
    guard case .corrupt(let name, _) = dataError({ try Self.load(folder, path) }) else {
      return #expect(Bool(false), "the broken image was taken")
    }
    #expect(name.hasSuffix("b.jpg"))
    let whole = try Self.load(folder, path, [.init("skipBroken", .boolean(true))])
    #expect(whole.count == 2)
    #expect(whole.skippedCount == 2)
    #expect(try folder.cacheFiles().count == 1)
  }

  static let unsafeEntries: [ArchiveEntry] = [
    .file("../a.png", []), .file("/etc/a.png", []), .file("a/../../b.png", []), .file("a/..", []),
    .symbolicLink("link", to: "/etc/passwd"), .symbolicLink("a/link", to: "../../secret"),
    .hardLink("link", to: "../secret"),
  ]

  @Test("an entry that points outside is an error that names archive and entry", arguments: unsafeEntries)
  func unsafe(entry: ArchiveEntry) throws {
    let folder = try TemporaryFolder()
    let path = try makeArchive([.file("good.png", try png(8, 8)), entry], in: folder)
    guard case .unsafeEntry(path, _) = dataError({ try Self.load(folder, path) }) else {
      return #expect(Bool(false), "the entry was taken")
    }
  }

  @Test("a link that stays inside is passed over")
  func links() throws {
    let folder = try TemporaryFolder()
    let path = try makeArchive(
      [
        .file("a/good.png", try png(8, 8)), .symbolicLink("b/link.png", to: "../a/good.png"),
        .hardLink("b/hard.png", to: "a/good.png"),
      ], in: folder)
    #expect(try Self.load(folder, path).count == 1)
  }

  @Test("a truncated archive is an error that names it", arguments: ["gzip", "zstd"])
  func truncated(filter: String) throws {
    let folder = try TemporaryFolder()
    let path = try makeArchive(try Self.entries(), filter: filter, in: folder)
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    try folder.write(Array(whole.prefix(whole.count * 2 / 3)), to: "archive")
    let error = dataError { try Self.load(folder, path) }
    #expect(error?.description.contains(path) == true, "found \(String(describing: error))")
    #expect(try folder.cacheFiles().isEmpty)
  }

  @Test("nothing, something else and no images are errors with advice")
  func empty() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write(Array("text".utf8), to: "e/a.txt")
    guard case .empty = dataError({ try Self.load(folder, folder.url.appendingPathComponent("e").path) })
    else { return #expect(Bool(false), "a folder without images was taken") }
    guard case .unreadable(text, _) = dataError({ try Self.load(folder, text) }) else {
      return #expect(Bool(false), "a text file was taken")
    }
    guard case .missing = dataError({ try Self.load(folder, "/no/such/folder") }) else {
      return #expect(Bool(false), "a missing folder was taken")
    }
    guard case .needsPath = dataError({ try folder.load("images", []) }) else {
      return #expect(Bool(false), "no path was needed")
    }
  }

  @Test("a count takes the first images, also beyond broken ones")
  func count() throws {
    let folder = try TemporaryFolder()
    let files = try (0..<9).map { index in
      ArchiveEntry.file("\(index).png", index == 1 ? [] : try png(8, 8, shade: index))
    }
    let path = try makeArchive(files, in: folder)
    let images = try Self.load(
      folder, path, [.init("count", .integer(4)), .init("skipBroken", .boolean(true))])
    #expect(images.count == 4)
    #expect(gather(images, indices: [3]) == picture(8, 8, shade: 4))
  }

  @Test(
    "CIFAR-10 as JPEG loads from its archive",
    .enabled(if: SharedData.has("cifar10-train.tar.zst"), "the shared data is not here"))
  func real() throws {
    let folder = try TemporaryFolder()
    let settings: [ConfigurationValue.Member] = [.init("path", SharedData.path("cifar10-train.tar.zst"))]
    let images = try folder.load("images", settings)
    #expect(images.count == 50_000)
    #expect(images.shape == ImageShape(channels: 3, height: 32, width: 32))
    #expect(images.classNames?.count == 10)
    #expect(images.labels?.filter { $0 == 3 }.count == 5000)
    #expect(try folder.load("images", settings).digest == images.digest)
  }
}
