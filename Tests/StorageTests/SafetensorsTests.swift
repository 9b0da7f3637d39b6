import Foundation
import Storage
import Testing
import Torch

@Suite("Safetensors")
struct SafetensorsTests {
  @Test("what is written is read back, in order, with its free text")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("tensors.safetensors")
      let records = TensorRecord.samples()
      let metadata = ["format": "pt", "text": "zeilen\numbruch \"и\" \u{01} 😀"]
      try Safetensors.write(records, metadata: metadata, to: url)
      let (found, text) = try Safetensors.read(url)
      #expect(found == records)
      #expect(text == metadata)
      #expect(try names(in: folder) == ["tensors.safetensors"])
    }
  }

  @Test("every tensor is aligned to its element and the header to 8 bytes")
  func alignment() throws {
    let header = try SafetensorsHeader(describing: TensorRecord.samples())
    #expect(header.encoded.count % 8 == 0)
    #expect(header.entries.allSatisfy { $0.range.lowerBound % $0.dtype.byteCount == 0 })
    #expect(try SafetensorsHeader(encoded: header.encoded) == header)
  }

  @Test("a file without tensors is a file")
  func empty() throws {
    let header = try SafetensorsHeader(describing: [])
    #expect(try Safetensors.decode(header.encoded).records.isEmpty)
  }

  @Test("escapes as Python's json module writes them are understood")
  func escapes() throws {
    let json = #" {"a\u00e9\ud83d\ude00\/\t" : {"data_offsets":[0,1], "shape":[1] ,"dtype":"U8"}}"#
    let (records, _) = try Safetensors.decode(file(json.trimmingCharacters(in: .whitespaces), data: [7]))
    #expect(records.map(\.name) == ["aé😀/\t"])
    #expect(records.map(\.data) == [Data([7])])
  }

  @Test("records that cannot be written are refused by name")
  func badRecords() {
    let good = TensorRecord(name: "a", dtype: .uint8, shape: [2], data: Data([1, 2]))
    var short = good
    short.data = Data([1])
    var negative = good
    negative.shape = [-1, -2]
    var reserved = good
    reserved.name = "__metadata__"
    #expect(throws: SafetensorsError.duplicateName("a")) { try SafetensorsHeader(describing: [good, good]) }
    #expect(throws: SafetensorsError.wrongLength(name: "a", expected: 2, found: 1)) {
      try SafetensorsHeader(describing: [short])
    }
    #expect(throws: SafetensorsError.invalidShape(name: "a", shape: [-1, -2])) {
      try SafetensorsHeader(describing: [negative])
    }
    #expect(throws: SafetensorsError.reservedName) { try SafetensorsHeader(describing: [reserved]) }
  }

  @Test(
    "hostile headers are refused",
    arguments: [
      #""#, #"{"#, #"[]"#, #"{}x"#, #"{"a":1}"#, #"{"a":{}}"#,
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
      #"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
      #"{"__metadata__":{"a":"1","a":"2"}}"#, #"{"__metadata__":{"a":1}}"#,
      #"{"a":{"dtype":"F7","shape":[1],"data_offsets":[0,1]}}"#,
      #"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#,
      #"{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#,
      #"{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}"#,
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}}"#,
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#,
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}"#,
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":[]}}"#,
      #"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
      #"{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,0]}}"#,
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
      #"{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
      #"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#,
    ])
  func hostile(json: String) {
    #expect(throws: SafetensorsError.self) { try Safetensors.decode(file(json, data: [1])) }
  }

  @Test("lengths that disagree with the file are refused")
  func lengths() throws {
    let json = #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#
    #expect(throws: SafetensorsError.truncated(found: 1, expected: 2)) {
      try Safetensors.decode(file(json, data: [1]))
    }
    #expect(throws: SafetensorsError.trailingBytes(found: 3, expected: 2)) {
      try Safetensors.decode(file(json, data: [1, 2, 3]))
    }
    #expect(throws: SafetensorsError.truncated(found: 3, expected: 8)) {
      try Safetensors.decode(Data([1, 2, 3]))
    }
    #expect(throws: SafetensorsError.headerTooLong(found: .max, limit: 100_000_000)) {
      try Safetensors.decode(Data(repeating: 0xFF, count: 64))
    }
  }

  @Test("a damaged file is named in the error")
  func namesFile() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x")
      try Data([1, 2, 3]).write(to: url)
      #expect(throws: SafetensorsError.inFile(path: url.path, .truncated(found: 3, expected: 8))) {
        try Safetensors.read(url)
      }
      #expect(throws: SafetensorsError.self) { try Safetensors.read(folder.appendingPathComponent("y")) }
    }
  }

  @Test(
    "Python reads what is written here, and the other way round",
    .enabled(if: Tool.hasPythonSafetensors, "python3 with safetensors and numpy is not installed"))
  func python() throws {
    try withTemporaryFolder { folder in
      let records = TensorRecord.samples().filter { $0.dtype != .bfloat16 }
      let first = folder.appendingPathComponent("a.safetensors")
      let second = folder.appendingPathComponent("b.safetensors")
      try Safetensors.write(records, metadata: ["who": "me"], to: first)
      let script = """
        import sys, safetensors.numpy as s
        s.save_file(s.load_file(sys.argv[1]), sys.argv[2], {"who": "you"})
        """
      let result = try Tool.run(["python3", "-c", script, first.path, second.path])
      #expect(result.status == 0, "\(result.output)")
      let (found, metadata) = try Safetensors.read(second)
      #expect(found.sorted { $0.name < $1.name } == records.sorted { $0.name < $1.name })
      #expect(metadata == ["who": "you"])
    }
  }

  private func file(_ json: String, data: [UInt8]) -> Data {
    let length = withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { Data($0) }
    return length + Data(json.utf8) + Data(data)
  }
}
