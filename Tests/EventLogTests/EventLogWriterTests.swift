import EventLog
import Foundation
import Testing

@Suite("Event files")
struct EventLogWriterTests {
  private struct Fixture: Decodable {
    let png: Data
    let events: Data

    static func load() throws -> Fixture {
      let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/events.json")
      return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }
  }

  /// What the fixture's script writes too.
  private func write(png: Data, to sink: @escaping (Data) throws -> Void) throws {
    let log = try EventLogWriter(firstStep: 1, clock: { 1_700_000_000.25 }, write: sink)
    try log.hyperparameters([
      Hyperparameter("regularizer.name", .text("moca")),
      Hyperparameter("regularizer.temperature", .number(0.1)),
      Hyperparameter("training.batch", .number(100)),
      Hyperparameter("dataset.flips", .boolean(true)),
      Hyperparameter("memory.lists", .text("[1,2.5]")),
      Hyperparameter("decoder.name", .text("größer")),
    ])
    try log.scalars(
      step: 20,
      [("loss/loss", 1.5), ("loss/penalty", -0.1), ("speed/imagesPerSecond", 1e6), ("loss/nan", .nan)])
    try log.image(step: 300, tag: "samples", png: png)
    try log.end(succeeded: true)
  }

  @Test("have the bytes that TensorBoard's own writer gives")
  func bytes() throws {
    let fixture = try Fixture.load()
    var records: [Data] = []
    try write(png: fixture.png) { records.append($0) }
    #expect(records.count == 6)
    #expect(records.reduce(Data(), +) == fixture.events)
  }

  @Test("are handed over one whole record at a time")
  func records() throws {
    var records: [Data] = []
    try write(png: Fixture.load().png) { records.append($0) }
    for record in records {
      #expect(try EventRecords(record).contents.count == 1)
    }
  }

  @Test("pass on the error of the file, and write nothing behind it")
  func fullDisk() throws {
    struct Full: Error {}
    var count = 0
    #expect(throws: Full.self) {
      try write(png: Fixture.load().png) { _ in
        count += 1
        if count == 3 { throw Full() }
      }
    }
    #expect(count == 3)
  }

  @Test("refuse a picture that is none", arguments: [Data(), Data("GIF89a".utf8), Data(count: 100)])
  func picture(_ data: Data) throws {
    let log = try EventLogWriter(firstStep: 1) { _ in }
    #expect(throws: EventLogError.notAPNG(tag: "samples")) {
      try log.image(step: 1, tag: "samples", png: data)
    }
  }

  @Test("keep numbers that JSON lacks as text")
  func notFinite() throws {
    var records: [Data] = []
    let log = try EventLogWriter(firstStep: 1) { records.append($0) }
    try log.hyperparameters([Hyperparameter("limit", .number(.infinity))])
    #expect(records.last?.range(of: Data("inf".utf8)) != nil)
  }

  @Test("are named so that their order is that of their seconds")
  func names() {
    let name = EventLogWriter.fileName(seconds: 1_700_000_000, host: "node-1.cluster", process: 4711)
    #expect(name == "events.out.tfevents.1700000000.node-1.cluster.4711")
    #expect(EventLogWriter.seconds(ofFileName: name) == 1_700_000_000)
    let early = EventLogWriter.fileName(seconds: 7, host: "a", process: 1)
    #expect(early == "events.out.tfevents.0000000007.a.1")
    #expect(EventLogWriter.seconds(ofFileName: "metrics.jsonl") == nil)
  }
}
