import Files
import Foundation
import Runner
import Storage
import Testing
import Torch

@Suite("Files")
struct FileTests {
  @Test("an atomic file replaces the old one and leaves nothing else")
  func atomic() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("note")
      try AtomicFile.write(Data("one".utf8), to: url)
      try AtomicFile.write(Data("two".utf8), to: url)
      #expect(try String(contentsOf: url, encoding: .utf8) == "two")
      #expect(try names(in: folder) == ["note"])
      let lost = folder.appendingPathComponent("none/note")
      #expect(throws: StorageError.missing(path: folder.path + "/none", what: "folder")) {
        try AtomicFile.write(Data(), to: lost)
      }
    }
  }

  @Test(
    "a writer that goes away leaves what was there; one that is done has written in the order of the file")
  func writer() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("note")
      try AtomicFile.write(Data("old".utf8), to: url)
      do {
        let writer = try AtomicWriter(of: url)
        try writer.file.write(Data("half".utf8))
        #expect(try names(in: folder).count == 2)
        AtomicWriter.removeAbandoned(of: url)
        #expect(FileManager.default.fileExists(atPath: writer.temporary.path), "it is being written")
      }
      #expect(try names(in: folder) == ["note"])
      #expect(try String(contentsOf: url, encoding: .utf8) == "old")
      let writer = try AtomicWriter(of: url)
      try writer.file.write(Data("....".utf8))
      try writer.file.write([UInt8]("data".utf8))
      try writer.file.write(Data("head".utf8), at: 0)
      try writer.file.write(Data("end".utf8))
      try writer.finish()
      #expect(try String(contentsOf: url, encoding: .utf8) == "headdataend")
      #expect(try names(in: folder) == ["note"])
    }
  }

  @Test("a checkpoint that does not fit on the disk leaves the old one as it was")
  func fullDisk() async {
    await #expect(processExitsWith: .exitCode(74)) {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let url = folder.appendingPathComponent("c")
      var generator = TestGenerator(state: 1)
      let bytes = Data((0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
      let small = TensorRecord(name: "a", dtype: .uint8, shape: [1], data: Data([1]))
      let large = TensorRecord(name: "a", dtype: .uint8, shape: [bytes.count], data: bytes)
      try CheckpointFile.write([small], metadata: [:], to: url)
      // A limit on file sizes makes the system refuse to write, as a full disk does.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 50_000, rlim_max: 50_000)
      #if os(Linux)
        let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
      #else
        let resource = RLIMIT_FSIZE
      #endif
      guard setrlimit(resource, &limit) == 0 else { exit(1) }
      var code: Int32 = 2
      do {
        try CheckpointFile.write([large], metadata: [:], to: url)
      } catch let error as StorageError {
        code = error.fault == .disk ? 74 : 1
      }
      let isIntact = try CheckpointFile.read(url).records == [small] && names(in: folder) == ["c"]
      try FileManager.default.removeItem(at: folder)
      exit(isIntact ? code : 3)
    }
  }

  @Test("metrics are appended in order and read back")
  func metrics() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("metrics.jsonl")
      let log = try MetricsLog(url)
      try log.append(step: 10, [("loss", 1.5), ("weight", .infinity), ("penalty", .nan)])
      try log.append(step: 20, [("loss", 1e-7)])
      let text = try String(contentsOf: url, encoding: .utf8)
      #expect(
        text == """
          {"step":10,"loss":1.5,"weight":"inf","penalty":"nan"}
          {"step":20,"loss":1e-07}

          """)
      let lines = try MetricsLog.read(url)
      #expect(lines.map { $0["step"] } == [10, 20])
      #expect(lines.first?["weight"] == .infinity)
      #expect(lines.first?["penalty"]?.isNaN == true)
      #expect(lines.last?["loss"] == 1e-7)
    }
  }

  @Test("a resumed log loses later lines and a torn one, and goes on")
  func truncation() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("metrics.jsonl")
      do {
        let log = try MetricsLog(url)
        for step in 1...5 { try log.append(step: step, [("loss", Double(step))]) }
      }
      let handle = try FileHandle(forWritingTo: url)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("{\"step\":6,\"lo".utf8))
      try handle.close()
      #expect(try MetricsLog.read(url).count == 5)
      let log = try MetricsLog(url)
      try log.append(step: 6, [])
      #expect(try MetricsLog.read(url).count == 6)
      try log.truncate(afterStep: 3)
      try log.append(step: 4, [("loss", 9)])
      #expect(try MetricsLog.read(url).map { $0["step"] } == [1, 2, 3, 4])
      #expect(try MetricsLog.read(url).last?["loss"] == 9)
      #expect(try names(in: folder) == ["metrics.jsonl"])
    }
  }

  @Test(
    "a full disk is told when a metric is appended",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
  func fullLog() throws {
    let log = try MetricsLog(URL(fileURLWithPath: "/dev/full"))
    #expect {
      try log.append(step: 1, [])
    } throws: { error in
      guard let error = error as? StorageError, case .disk("/dev/full", let reason) = error else {
        return false
      }
      return reason.contains("space") && error.fault == .disk
    }
  }

  @Test("what a lock's file says of its holder cannot change the terminal")
  func lockHolder() throws {
    try withTemporaryFolder { folder in
      let lock = try FolderLock(folder: folder)
      let file = folder.appendingPathComponent(FolderLock.fileName)
      try FileHandle(forWritingTo: file).write(contentsOf: Data("\u{1B}[2J\n".utf8))
      #expect {
        try FolderLock(folder: folder)
      } throws: { error in
        guard case StorageError.locked(_, let holder?) = error else { return false }
        return holder.hasPrefix("\\u{1B}[2J")
      }
      withExtendedLifetime(lock) {}
    }
  }
}
