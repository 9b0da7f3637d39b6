import Extractors
import Foundation
import Testing
import Torch
import TorchNN

@Suite("Weight files")
struct WeightFileTests {
  @Test("a state of torch.save holds what torch loads", arguments: WeightFixtures.names(of: \.good))
  func good(_ name: String) throws {
    let fixtures = try WeightFixtures.load()
    let file = try fixtures.file(#require(fixtures.good[name]))
    let prefix = name.split(separator: ",")[0] + "/"
    let expected = fixtures.tensors.filter { $0.name.hasPrefix(prefix) }
    #expect(Set(file.tensors.keys) == Set(expected.map { String($0.name.dropFirst(prefix.count)) }))
    for record in expected {
      let key = String(record.name.dropFirst(prefix.count))
      let tensor = try #require(file.tensors[key])
      #expect(tensor.record(named: record.name) == record)
    }
    #expect(file.metadata.isEmpty)
  }

  @Test(
    "a file that imports something is refused by name and not run",
    arguments: WeightFixtures.names(of: \.imports))
  func imports(_ name: String) throws {
    let fixtures = try WeightFixtures.load()
    let trace = FileManager.default.temporaryDirectory.appendingPathComponent("moca-weights-were-run")
    try? FileManager.default.removeItem(at: trace)
    let imported = String(name.split(separator: ",")[0])
    let text = try fixtures.message(#require(fixtures.imports[name]))
    #expect(text.contains("wants to import \(imported), which could run code; nothing was run"))
    #expect(!FileManager.default.fileExists(atPath: trace.path))
  }

  @Test("what does not add up is refused", arguments: WeightFixtures.names(of: \.refused))
  func refused(_ name: String) throws {
    let fixtures = try WeightFixtures.load()
    let example = try #require(fixtures.refused[name])
    let text = try fixtures.message(example.bytes)
    #expect(text.contains(example.message), "\(text)")
  }

  @Test("cut and altered files are refused or read, never more")
  func damaged() throws {
    let fixtures = try WeightFixtures.load()
    var generator = DamageGenerator(state: 11)
    for bytes in fixtures.good.keys.sorted().compactMap({ fixtures.good[$0] }) {
      for _ in 0..<30 {
        let count = Int.random(in: 0..<bytes.count, using: &generator)
        #expect(throws: (any Error).self) { try PickleFile.decode(Data(bytes.prefix(count))) }
        var altered = bytes
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          altered[place] = .random(in: 0...255, using: &generator)
        }
        for (_, tensor) in (try? PickleFile.decode(altered)) ?? [] { _ = tensor.data }
      }
    }
  }

  @Test("the content decides, and other files are named")
  func kinds() throws {
    let fixtures = try WeightFixtures.load()
    let cases: [(Data, String)] = [
      (Data(), "it is empty"),
      (Data("<!DOCTYPE html>".utf8), "it is a web page"),
      (Data("version https://git-lfs.github.com/spec/v1\n".utf8), "it is a pointer of Git LFS"),
      (
        fixtures.pickle,
        "it is a plain pickle, or a file of torch.save cut after \(fixtures.pickle.count) bytes"
      ),
      (Data([0x1f, 0x8b, 8]), "it begins with the bytes 1f 8b 8"),
    ]
    for (bytes, expected) in cases {
      let text = try fixtures.message(bytes)
      #expect(text.contains("is no file of weights: \(expected)"), "\(text)")
    }
    let absent = #expect(throws: WeightError.self) { try WeightFile(URL(fileURLWithPath: "/nowhere/x.pth")) }
    #expect(absent?.description.hasPrefix("/nowhere/x.pth does not exist") == true)
    let folder = #expect(throws: WeightError.self) { try WeightFile(FileManager.default.temporaryDirectory) }
    #expect(folder?.description.contains("it is a folder") == true)
  }

  @Test("the digest is that of the bytes")
  func digest() throws {
    let header = "{\"__metadata__\":{\"made\":\"here\"}}"
    let bytes = Data([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]) + Data(header.utf8)
    let file = try WeightFixtures.load().file(bytes)
    #expect(file.metadata == ["made": "here"])
    #expect(file.digest == "sha256:fcda1e1828b224c50e23837018c542e2489f67240a1ee23fbe67e504b957fe8a")
  }
}

@Suite("Weights into a network")
struct WeightRestoreTests {
  @Test("tensors that are missing, unexpected or misshapen are all named, and nothing changes")
  func mismatch() throws {
    let layer = Linear(2, 3, using: Generator(seed: 1))
    let before = layer.namedTensors().map(\.tensor.data)
    let file = try WeightFixtures.file([("weight", .ones([3, 3])), ("gain", .ones([1]))])
    let error = #expect(throws: WeightError.self) { try file.restore(layer) }
    let text = error?.description ?? ""
    #expect(text.contains("does not hold the weights of Linear"))
    #expect(text.contains("missing: bias") && text.contains("unexpected: gain"))
    #expect(text.contains("weight: found float32[3, 3], expected float32[3, 2]"))
    #expect(layer.namedTensors().map(\.tensor.data) == before)
  }

  @Test("the names of a file cannot change the terminal, and long ones are cut")
  func names() throws {
    let layer = Linear(2, 3, using: Generator(seed: 1))
    let names = ["\u{1B}[2Jred\u{9B}1m\u{202E}", String(repeating: "x", count: 5000)]
    let file = try WeightFixtures.file(names.map { ($0, .ones([1])) })
    let mismatch = #expect(throws: WeightError.self) { try file.restore(layer) }
    let infinite = #expect(throws: WeightError.self) {
      try WeightFixtures.file(names.map { ($0, .full([1], .infinity)) })
    }
    for text in [mismatch, infinite].compactMap({ $0?.description }) {
      #expect(text.contains(#"\u{1B}[2Jred\u{009B}1m\u{202E}"#), "\(text)")
      #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
      #expect(text.count < 600 && text.contains("xxx…"))
    }
  }

  @Test("the state of a DataParallel is named as such, and the extractor by its name")
  func parallel() throws {
    let layer = Linear(2, 3, using: Generator(seed: 1))
    let names = ["module.weight", "module.bias"]
    let file = try WeightFixtures.file(names.map { ($0, .ones([1])) })
    let error = #expect(throws: WeightError.self) { try file.restore(layer, as: "mine") }
    let text = error?.description ?? ""
    #expect(text.contains("weights of the extractor \"mine\": every name begins with \"module.\""), "\(text)")
  }

  @Test("problems are named as the file names its tensors")
  func original() throws {
    let layer = Linear(2, 3, using: Generator(seed: 1))
    let file = try WeightFixtures.file([("fc.weight", .ones([1])), ("fc.gain", .ones([1]))])
    let error = #expect(throws: WeightError.self) {
      try file.restore(layer, renaming: { String($0.dropFirst(3)) }, original: { "fc.\($0)" })
    }
    let text = error?.description ?? ""
    #expect(text.contains("missing: fc.bias") && text.contains("unexpected: fc.gain"), "\(text)")
    #expect(text.contains("fc.weight: found float32[1]"), "\(text)")
  }

  @Test("names are translated, precisions converted, and tensors that nobody needs left out")
  func renaming() throws {
    let layer = Linear(2, 3, using: Generator(seed: 1))
    let half = Tensor.ones([3, 2], dtype: .float16)
    let file = try WeightFixtures.file([("fc.weight", half), ("fc.bias", .ones([3])), ("steps", .ones([]))])
    try file.restore(layer) { $0.hasPrefix("fc.") ? String($0.dropFirst(3)) : nil }
    #expect(layer.namedTensors().allSatisfy { $0.tensor.floats.allSatisfy { $0 == 1 } })
    let error = #expect(throws: WeightError.self) { try file.restore(layer) { _ in "weight" } }
    #expect(error?.description.contains("several tensors for \"weight\": \"fc.bias\", \"fc.weight\"") == true)
  }

  @Test(
    "values that are infinite or not a number are refused by name", arguments: [Double.nan, .infinity, 1e300])
  func notFinite(_ value: Double) throws {
    let bad = Tensor([1, value], shape: [2]).to(dtype: .float64)
    let error = #expect(throws: WeightError.self) {
      try WeightFixtures.file([("good", .ones([2])), ("bad", bad)])
    }
    #expect(error?.description.contains("infinite or not a number, in \"bad\"") == true)
  }
}
