import Files
import Foundation
import Storage
import Testing
import Torch

@Suite("Checkpoint files")
struct CheckpointFileTests {
  private let metadata = ["step": "12", "configuration": "latent: {size: 8}\n"]

  @Test("what is written is read back, whole or one tensor alone", arguments: [16, 1 << 30])
  func roundTrip(frameLimit: Int) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c.safetensors.zst")
      let records = TensorRecord.samples()
      try CheckpointFile.write(records, metadata: metadata, to: url, frameLimit: frameLimit)
      let (found, text) = try CheckpointFile.read(url)
      #expect(found == records)
      #expect(text == metadata)
      for record in records {
        #expect(try CheckpointFile.read(url, where: { $0 == record.name }).records == [record])
      }
      #expect(try names(in: folder) == ["c.safetensors.zst"])
    }
  }

  @Test("the header tells names, shapes and sizes")
  func header() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c.safetensors.zst")
      let records = TensorRecord.samples()
      try CheckpointFile.write(records, metadata: metadata, to: url)
      let header = try CheckpointFile.readHeader(url)
      #expect(header.tensors.map(\.name) == records.map(\.name))
      #expect(header.tensors.map(\.shape) == records.map(\.shape))
      #expect(header.tensors.map(\.byteCount) == records.map(\.data.count))
      #expect(header.metadata == metadata)
      #expect(header.compressedByteCount == (try Data(contentsOf: url)).count)
      #expect(try CheckpointFile.verify(url) == header)
    }
  }

  @Test("equal records give equal bytes")
  func deterministic() throws {
    try withTemporaryFolder { folder in
      let urls = ["a", "b"].map { folder.appendingPathComponent($0) }
      for url in urls { try CheckpointFile.write(TensorRecord.samples(), metadata: metadata, to: url) }
      #expect(try Data(contentsOf: urls[0]) == Data(contentsOf: urls[1]))
    }
  }

  @Test("a checkpoint without tensors is a checkpoint")
  func empty() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c")
      try CheckpointFile.write([], metadata: metadata, to: url)
      #expect(try CheckpointFile.read(url).metadata == metadata)
    }
  }

  @Test("of tensors that are not wanted nothing is read: one that is damaged does not matter")
  func partial() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c")
      var generator = TestGenerator(state: 5)
      let records = ["first", "second", "third"].map {
        TensorRecord.random($0, .uint8, [600], using: &generator)
      }
      try CheckpointFile.write(records, metadata: metadata, to: url)
      let tensors = try CheckpointFile.readHeader(url).tensors
      // Frames stand in the order of the tensors, before the seek table: 12 bytes for each frame and 17 around them.
      let end = try Data(contentsOf: url).count - 17 - 12 * 4 - tensors[2].compressedByteCount
      var bytes = try Data(contentsOf: url)
      bytes[end - tensors[1].compressedByteCount / 2] ^= 0xFF
      try bytes.write(to: url)
      let found = try CheckpointFile.read(url, where: { $0 != "second" })
      #expect(found.records == [records[0], records[2]] && found.metadata == metadata)
      #expect(throws: CheckpointError.self) { try CheckpointFile.read(url, where: { $0 == "second" }) }
      #expect(throws: CheckpointError.self) { try CheckpointFile.read(url) }
      #expect(throws: CheckpointError.self) { try CheckpointFile.verify(url) }
    }
  }

  @Test("a damaged byte or a missing end is an error, never other content")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c")
      let records = Array(TensorRecord.samples().suffix(6))
      try CheckpointFile.write(records, metadata: metadata, to: url)
      let original = try Data(contentsOf: url)
      var generator = TestGenerator(state: 7)
      for index in original.indices {
        for _ in 0..<5 {
          var bytes = original
          bytes[index] ^= UInt8.random(in: 1...255, using: &generator)
          try expectSafe(bytes, at: url, records)
        }
        try expectSafe(original.prefix(index), at: url, records)
      }
    }
  }

  @Test("random damage in many places is an error, never a crash")
  func shredded() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c")
      let records = TensorRecord.samples(seed: 3)
      try CheckpointFile.write(records, metadata: metadata, to: url)
      let original = try Data(contentsOf: url)
      var generator = TestGenerator(state: 11)
      for _ in 0..<2000 {
        var bytes = original
        for _ in 0..<Int.random(in: 2...40, using: &generator) {
          let index = Int.random(in: 0..<bytes.count, using: &generator)
          let choices = [0, 0xFF, 0x80, UInt8.random(in: 0...255, using: &generator)]
          bytes[index] = choices.randomElement(using: &generator) ?? 0
        }
        if Bool.random(using: &generator) {
          bytes.removeSubrange(0..<Int.random(in: 0..<bytes.count, using: &generator))
        }
        try expectSafe(bytes, at: url, records)
      }
    }
  }

  @Test("sizes that the file cannot have are refused before anything is allocated")
  func declaredSizes() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c")
      try CheckpointFile.write(TensorRecord.samples(), metadata: metadata, to: url)
      #expect {
        try CheckpointFile.read(url, byteLimit: 100)
      } throws: { error in
        guard case CheckpointError.tooLarge(_, _, 100) = error else { return false }
        return true
      }
      var bytes = try Data(contentsOf: url)
      // The decompressed size of the last frame stands 9 + 8 bytes before the end.
      bytes.replaceSubrange((bytes.count - 17)..<(bytes.count - 13), with: [0xFF, 0xFF, 0xFF, 0xFF])
      try bytes.write(to: url)
      #expect(throws: CheckpointError.self) { try CheckpointFile.readHeader(url) }
    }
  }

  @Test("foreign files are told apart", arguments: ["", "PK", "some text longer than a footer"])
  func foreign(text: String) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c")
      try Data(text.utf8).write(to: url)
      #expect {
        try CheckpointFile.read(url)
      } throws: { error in
        guard case CheckpointError.notACheckpoint(url.path, _) = error else { return false }
        return true
      }
      #expect(throws: StorageError.missing(path: folder.path + "/none", what: "checkpoint")) {
        try CheckpointFile.read(folder.appendingPathComponent("none"))
      }
      #expect(throws: StorageError.self) { try CheckpointFile.read(folder) }
    }
  }

  @Test("zstd -d gives the safetensors file", .enabled(if: Tool.hasZstd, "zstd is not installed"))
  func zstd() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c.safetensors.zst")
      let plain = folder.appendingPathComponent("c.safetensors")
      let records = TensorRecord.samples()
      try CheckpointFile.write(records, metadata: metadata, to: url)
      let result = try Tool.run(["zstd", "-q", "-d", url.path, "-o", plain.path])
      #expect(result.status == 0, "\(result.output)")
      let (found, text) = try Safetensors.read(plain)
      #expect(found == records)
      #expect(text == metadata)
    }
  }

  @Test(
    "a zstd file of another program is no checkpoint", .enabled(if: Tool.hasZstd, "zstd is not installed"))
  func foreignZstd() throws {
    try withTemporaryFolder { folder in
      let plain = folder.appendingPathComponent("text")
      let url = folder.appendingPathComponent("text.zst")
      try Data("hello".utf8).write(to: plain)
      _ = try Tool.run(["zstd", "-q", plain.path, "-o", url.path])
      #expect(throws: CheckpointError.self) { try CheckpointFile.read(url) }
    }
  }

  @Test(
    "Python's safetensors reads the decompressed checkpoint",
    .enabled(
      if: Tool.hasZstd && Tool.hasPythonSafetensors, "zstd, or python3 with safetensors, is not installed"))
  func python() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("c.safetensors.zst")
      let plain = folder.appendingPathComponent("c.safetensors")
      let values: [Float] = [1, -2.5, 3e-9, 4, 5, 6e20]
      let data = values.withUnsafeBytes { Data($0) }
      let record = TensorRecord(name: "encoder.weight", dtype: .float32, shape: [2, 3], data: data)
      try CheckpointFile.write([record], metadata: metadata, to: url)
      _ = try Tool.run(["zstd", "-q", "-d", url.path, "-o", plain.path])
      let script = """
        import sys, safetensors, numpy as n
        with safetensors.safe_open(sys.argv[1], "np") as f:
          w = f.get_tensor("encoder.weight")
          assert list(f.keys()) == ["encoder.weight"] and f.metadata()["step"] == "12"
          assert w.dtype == n.float32 and w.shape == (2, 3)
          assert (w == n.array([[1, -2.5, 3e-9], [4, 5, 6e20]], n.float32)).all()
        """
      let result = try Tool.run(["python3", "-c", script, plain.path])
      #expect(result.status == 0, "\(result.output)")
    }
  }

  /// Whatever stands in the file: an error of the two kinds that are promised, or the right content.
  private func expectSafe(_ bytes: Data, at url: URL, _ records: [TensorRecord]) throws {
    try bytes.write(to: url)
    do {
      let (found, text) = try CheckpointFile.read(url)
      #expect(found == records)
      #expect(text == metadata)
    } catch is CheckpointError {
      // Refused, as it should be.
    }
  }
}
