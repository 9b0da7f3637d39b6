import Foundation
import MoCAProtocols
import Priors
import Testing

@Suite("Latent memories")
struct MemoryTests {
  private static let shape = ImageShape(channels: 1, height: 3, width: 3)

  private func context(_ encoder: any Encoder, batchSize: Int, seed: UInt64 = 1) throws -> MemoryContext {
    let streams = streams(seed)
    let prior = try prior("hypersphere", latentSize: 4)
    return MemoryContext(
      prior: prior,
      posterior: try Deterministic(NoSettings(), prior: prior),
      batchSize: batchSize, encoder: encoder,
      makeEncoder: { StubEncoder(Self.shape, featureCount: 4, using: streams[.encoder]) },
      generator: streams[.memory])
  }

  private func stub(_ seed: UInt64 = 7) -> StubEncoder {
    StubEncoder(Self.shape, featureCount: 4, using: Generator(seed: seed))
  }

  private func queue(capacity: Int, batchSize: Int) throws -> QueueMemory {
    var configuration = QueueMemory.Configuration()
    configuration.capacity = capacity
    return try QueueMemory(configuration, context: context(stub(), batchSize: batchSize))
  }

  private func momentumQueue(
    _ encoder: any Encoder, capacity: Int = 10, momentum: Double = 0.9,
    normalization: MomentumQueueMemory.KeyNormalization = .batch, batchSize: Int = 4
  ) throws -> MomentumQueueMemory {
    var configuration = MomentumQueueMemory.Configuration()
    configuration.capacity = capacity
    configuration.momentum = momentum
    configuration.normalization = normalization
    return try MomentumQueueMemory(configuration, context: context(encoder, batchSize: batchSize))
  }

  private func images(_ count: Int, _ generator: Generator) -> Tensor {
    Tensor.uniform([count, 1, 3, 3], using: generator)
  }

  private func rows(_ matrix: Tensor) -> [[Float]] {
    let (values, size) = (matrix.floats, matrix.shape[1])
    return stride(from: 0, to: values.count, by: size).map { Array(values[$0..<($0 + size)]) }
  }

  /// The queue's rows, oldest first.
  private func oldestFirst(_ memory: any LatentMemory) throws -> [[Float]] {
    let keys = rows(try #require(memory.state["queue.keys"]))
    let position = Int(try #require(memory.state["queue.position"]).item)
    #expect((0..<keys.count).contains(position))
    return Array(keys[position...] + keys[..<position])
  }

  @Test("the batch alone has no population and its codes are its keys")
  func batch() throws {
    let memory = try BatchMemory(NoSettings(), context: context(stub(), batchSize: 4))
    let latents = Tensor.normal([4, 4], using: Generator(seed: 1))
    let recollection = memory.recall(images: images(4, Generator(seed: 2)), latents: latents)
    #expect(memory.populationSize == 0)
    #expect(recollection.population == nil)
    #expect(recollection.keys.data == latents.data)
    #expect(memory.namedTensors().isEmpty)
  }

  @Test(
    "the queue keeps exactly the last keys, in order, around its end",
    arguments: [(1, 1), (5, 1), (5, 5), (7, 3), (12, 4), (13, 5), (64, 48), (101, 100)])
  func wrapsAround(_ capacity: Int, _ batchSize: Int) throws {
    let memory = try queue(capacity: capacity, batchSize: batchSize)
    let encoder = stub()
    let generator = Generator(seed: UInt64(capacity * 1000 + batchSize))
    var expected = try oldestFirst(memory)
    #expect(expected.count == capacity)
    #expect(memory.populationSize == capacity)
    for step in 0..<(2 * capacity / batchSize + 7) {
      // Now and then the last batch of an epoch is shorter.
      let count = step % 5 == 4 ? max(1, batchSize / 2) : batchSize
      let latents = Tensor.normal([count, 4], using: generator)
      withoutGradients {
        memory.update(
          with: memory.recall(images: images(count, generator), latents: latents), following: encoder)
      }
      expected = Array((expected + rows(latents)).suffix(capacity))
      #expect(try oldestFirst(memory) == expected)
    }
  }

  @Test("the queue starts full of draws of the prior")
  func initialContents() throws {
    let keys = try #require(queue(capacity: 50, batchSize: 4).state["queue.keys"])
    #expect(abs((keys.norm(along: 1) - 1).absolute().maximum().item) < 1e-5)
    #expect(Set(rows(keys)).count == 50)
  }

  @Test("a queue smaller than a batch is refused")
  func tooSmall() {
    let expected = ConfigurationError.outOfRange(
      path: "memory.capacity", found: "3", allowed: "at least training.batch, which is 4")
    #expect(throws: expected) { try queue(capacity: 3, batchSize: 4) }
    #expect(throws: expected) { try momentumQueue(stub(), capacity: 3) }
  }

  @Test("a code never meets its own key as a negative in the same step")
  func ownKey() throws {
    let encoder = stub()
    let memory = try momentumQueue(encoder)
    let generator = Generator(seed: 5)
    for _ in 0..<6 {
      try withoutGradients {
        let recollection = memory.recall(images: images(4, generator), latents: .zeros([4, 4]))
        let keys = Set(rows(recollection.keys))
        let negatives = rows(try #require(recollection.population))
        #expect(keys.isDisjoint(with: negatives))
        memory.update(with: recollection, following: encoder)
        let stored = try oldestFirst(memory)
        #expect(keys.isSubset(of: stored.suffix(4)))
      }
    }
  }

  @Test("keys come from the momentum copy, lie on the prior's support and carry no gradient")
  func keys() throws {
    let encoder = stub()
    let memory = try momentumQueue(encoder)
    let batch = images(4, Generator(seed: 8))
    let recollection = withoutGradients { memory.recall(images: batch, latents: .zeros([4, 4])) }
    #expect(!recollection.keys.requiresGradient)
    #expect(memory.trainableParameters().isEmpty)
    let expected = withoutGradients { encoder.encode(batch).normalized(along: 1) }
    #expect(relativeDifference(recollection.keys, expected) < 1e-6)
  }

  @Test("the momentum copy moves by exactly 1 − m of the way", arguments: [0, 0.5, 0.9, 0.999])
  func momentum(_ momentum: Double) throws {
    let encoder = stub()
    let memory = try momentumQueue(encoder, momentum: momentum)
    let before = memory.state.mapValues { $0.doubles }
    withoutGradients {
      for (_, parameter) in encoder.namedParameters() { parameter.wrappedValue.add(0.25) }
      let recollection = memory.recall(images: images(4, Generator(seed: 5)), latents: .zeros([4, 4]))
      memory.update(with: recollection, following: encoder)
    }
    for (name, parameter) in encoder.namedParameters() {
      let moved = try #require(memory.state["encoder.\(name)"]).doubles
      let start = try #require(before["encoder.\(name)"])
      let target = parameter.wrappedValue.doubles
      for index in moved.indices {
        let expected = momentum * start[index] + (1 - momentum) * target[index]
        // One rounding of float32 numbers near one.
        #expect(abs(moved[index] - expected) < 2e-7, "\(name)")
      }
    }
  }

  @Test("under batch statistics the copy's buffers go their own way, under running ones they follow")
  func buffers() throws {
    for normalization in MomentumQueueMemory.KeyNormalization.allCases {
      let encoder = stub()
      let memory = try momentumQueue(encoder, normalization: normalization)
      encoder.normalization.runningMean = Tensor([Float](arrayLiteral: 1, 2, 3, 4))
      let own = try #require(memory.state["encoder.normalization.running_mean"])
      let batch = images(4, Generator(seed: 5))
      withoutGradients {
        let recollection = memory.recall(images: batch, latents: .zeros([4, 4]))
        memory.update(with: recollection, following: encoder)
      }
      if normalization == .running {
        #expect(own.doubles == [1, 2, 3, 4])
      } else {
        let mean = withoutGradients { stub().linear(batch.flattened(from: 1)).mean(along: 0) }
        #expect(relativeDifference(own, mean * 0.1) < 1e-5)
      }
      #expect(encoder.normalization.runningMean.doubles == [1, 2, 3, 4])
    }
  }

  @Test("in bfloat16 keys are stored in the queue's own type")
  func bfloat16() throws {
    let encoder = stub()
    for memory: any LatentMemory in [try momentumQueue(encoder), try queue(capacity: 10, batchSize: 4)] {
      withoutGradients {
        withAutocast(to: .bfloat16, on: .cpu) {
          let latents = Tensor.normal([4, 4], dtype: .bfloat16, using: Generator(seed: 3))
          let recollection = memory.recall(images: images(4, Generator(seed: 5)), latents: latents)
          memory.update(with: recollection, following: encoder)
        }
      }
      #expect(memory.state["queue.keys"]?.dtype == .float32)
      #expect(memory.state["queue.position"]?.item == 4)
    }
  }

  @Test("a memory restored from a file continues with the same bits", arguments: ["queue", "momentum-queue"])
  func roundTrip(_ name: String) throws {
    let entry = try MemoryCatalog.standard.entry(named: name)
    let settings = try ConfigurationValue(yaml: "capacity: 10")
    let encoder = stub()
    let first = try entry.make(settings, "memory", context(encoder, batchSize: 4, seed: 1))
    let second = try entry.make(settings, "memory", context(stub(9), batchSize: 4, seed: 2))
    let step = { (memory: any LatentMemory, generator: Generator) in
      withoutGradients {
        let batch = images(4, generator)
        let latents = Tensor.normal([4, 4], using: generator)
        memory.update(with: memory.recall(images: batch, latents: latents), following: encoder)
      }
    }
    let generator = Generator(seed: 4)
    for _ in 0..<4 { step(first, generator) }
    let records = first.namedTensors().map { $0.tensor.record(named: $0.name) }
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("memory-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: url) }
    try Safetensors.write(records, to: url)
    let stored = try Safetensors.read(url).records.map { ($0.name, try Tensor($0)) }
    try restore(second.namedTensors(), from: Dictionary(uniqueKeysWithValues: stored))
    for index in 0..<4 {
      step(first, Generator(seed: UInt64(index)))
      step(second, Generator(seed: UInt64(index)))
    }
    #expect(first.state.mapValues(\.data) == second.state.mapValues(\.data))
  }
}
