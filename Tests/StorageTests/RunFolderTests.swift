import Files
import Foundation
import Runner
import Storage
import Testing
import Torch

@Suite("Run folders")
struct RunFolderTests {
  private func write(_ step: Int, in run: RunFolder) throws {
    let record = TensorRecord(name: "step", dtype: .uint8, shape: [1], data: Data([UInt8(step % 256)]))
    try CheckpointFile.write([record], metadata: [:], to: run.checkpointURL(step: step))
  }

  @Test("a start that fails leaves nothing behind, not even the folders above")
  func discarded() throws {
    try withTemporaryFolder { folder in
      let run = try RunFolder(creating: folder.appendingPathComponent("runs/today/first"))
      #expect(try names(in: run.url) == ["checkpoints", "evaluation", "lock", "samples"])
      _ = try MetricsLog(run.metricsURL)
      run.discardUnlessCommitted()
      #expect(try names(in: folder).isEmpty)
    }
  }

  @Test("files of others survive a start that fails")
  func discardKeepsOthers() throws {
    try withTemporaryFolder { folder in
      let run = try RunFolder(creating: folder.appendingPathComponent("runs/first"))
      let note = run.url.appendingPathComponent("note.txt")
      try Data("mine".utf8).write(to: note)
      run.discardUnlessCommitted()
      #expect(try names(in: run.url) == ["note.txt"])
    }
  }

  @Test("a committed run stays and its name is taken")
  func committed() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("first")
      do {
        let run = try RunFolder(creating: url)
        try run.commit(configuration: "seed: 0\n")
        run.discardUnlessCommitted()
      }
      #expect(throws: StorageError.exists(path: url.path)) { try RunFolder(creating: url) }
      let configuration = try RunFolder(opening: url).configurationURL
      #expect(try String(contentsOf: configuration, encoding: .utf8) == "seed: 0\n")
    }
  }

  @Test("what a killed start left is taken over, a folder with anything else is not")
  func takenOver() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("first")
      _ = try RunFolder(creating: url)
      _ = try RunFolder(creating: url)
      try Data().write(to: url.appendingPathComponent("photo.jpg"))
      #expect(throws: StorageError.exists(path: url.path)) { try RunFolder(creating: url) }
      let file = folder.appendingPathComponent("file")
      try Data().write(to: file)
      #expect(throws: StorageError.exists(path: file.path)) { try RunFolder(creating: file) }
    }
  }

  @Test("two trainers cannot have one folder, readers can")
  func locked() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("first")
      let run = try RunFolder(creating: url)
      #expect {
        try RunFolder(creating: url)
      } throws: { error in
        guard case StorageError.locked(url.path, let holder?) = error else { return false }
        return holder.hasPrefix("process ")
      }
      try run.commit(configuration: "")
      #expect(throws: StorageError.self) { try RunFolder(resuming: url) }
      _ = try RunFolder(opening: url)
      withExtendedLifetime(run) {}
    }
  }

  @Test("what is no run is not opened")
  func notARun() throws {
    try withTemporaryFolder { folder in
      #expect(throws: StorageError.notARun(path: folder.path)) { try RunFolder(resuming: folder) }
      let left = try names(in: folder)
      #expect(left.isEmpty)
      let missing = folder.appendingPathComponent("none")
      #expect(throws: StorageError.missing(path: missing.path, what: "run folder")) {
        try RunFolder(opening: missing)
      }
    }
  }

  @Test("resuming removes the temporary files of a killed process")
  func leftovers() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("first")
      do { try RunFolder(creating: url).commit(configuration: "") }
      let leftover = url.appendingPathComponent("checkpoints/step-00000003.safetensors.zst.partial-abc")
      try Data([1]).write(to: leftover)
      let run = try RunFolder(resuming: url)
      #expect(try names(in: run.checkpointsURL).isEmpty)
    }
  }

  @Test("checkpoints come by step, and latest and best are remembered")
  func pointers() throws {
    try withTemporaryFolder { folder in
      let run = try RunFolder(creating: folder.appendingPathComponent("first"))
      #expect(run.checkpointURL(step: 1200).lastPathComponent == "step-00001200.safetensors.zst")
      #expect(run.sampleURL(step: 1200).lastPathComponent == "step-00001200.png")
      #expect(run.latest == nil)
      for step in [300, 5, 123_456_789] { try write(step, in: run) }
      try Data().write(to: run.checkpointsURL.appendingPathComponent("step-7.safetensors.zst"))
      #expect(try run.checkpoints().map(\.step) == [5, 300, 123_456_789])
      try run.markLatest(step: 300)
      try run.markBest(step: 5)
      #expect(run.latest?.step == 300)
      #expect(run.best?.step == 5)
      #expect(throws: StorageError.self) { try run.markBest(step: 6) }
      try Data("../../../etc/passwd".utf8).write(to: run.checkpointsURL.appendingPathComponent("best"))
      #expect(run.best == nil)
    }
  }

  @Test("pruning keeps the last ones, the latest and the best")
  func pruning() throws {
    try withTemporaryFolder { folder in
      let run = try RunFolder(creating: folder.appendingPathComponent("first"))
      for step in 1...6 { try write(step, in: run) }
      try run.markBest(step: 2)
      try run.markLatest(step: 4)
      #expect(try run.prune(keeping: 1).map(\.step) == [1, 3, 5])
      #expect(try run.checkpoints().map(\.step) == [2, 4, 6])
    }
  }

  @Test("a damaged checkpoint is passed over for the one before it")
  func readable() throws {
    try withTemporaryFolder { folder in
      let run = try RunFolder(creating: folder.appendingPathComponent("first"))
      let newest = { (skipped: (RunFolder.Checkpoint, CheckpointError) -> Void) in
        try run.checkpoints().reversed().firstReadable(skipped: skipped) { try CheckpointFile.verify($0.url) }
      }
      #expect(try newest { _, _ in }?.checkpoint == nil)
      for step in 1...2 { try write(step, in: run) }
      let bytes = try Data(contentsOf: run.checkpointURL(step: 2))
      try bytes.dropLast(5).write(to: run.checkpointURL(step: 2))
      var skipped: [Int] = []
      #expect(try newest { checkpoint, _ in skipped.append(checkpoint.step) }?.checkpoint.step == 1)
      #expect(skipped == [2])
      try Data().write(to: run.checkpointURL(step: 1))
      #expect(throws: CheckpointError.self) { try newest { _, _ in } }
    }
  }
}
