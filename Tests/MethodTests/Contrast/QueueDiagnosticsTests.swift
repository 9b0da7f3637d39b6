import MoCAProtocols
import Priors
import Testing

@Suite("A queue knows its age")
struct QueueDiagnosticsTests {
  private static let shape = ImageShape(channels: 1, height: 3, width: 3)

  private func make(_ name: String, capacity: Int, batchSize: Int) throws -> any LatentMemory {
    let prior = try prior("hypersphere", latentSize: 4)
    let stub = { StubEncoder(Self.shape, featureCount: 4, using: Generator(seed: 7)) }
    return try MemoryCatalog.standard.entry(named: name).make(
      ConfigurationValue(yaml: "capacity: \(capacity)"), "memory",
      MemoryContext(
        prior: prior, posterior: try Deterministic(NoSettings(), prior: prior), batchSize: batchSize,
        encoder: stub(), makeEncoder: { stub() }, generator: Generator(seed: 1)))
  }

  private func step(_ memory: any LatentMemory, count: Int) {
    let encoder = StubEncoder(Self.shape, featureCount: 4, using: Generator(seed: 7))
    withoutGradients {
      let images = Tensor.uniform([count, 1, 3, 3], using: Generator(seed: 2))
      let latents = Tensor.normal([count, 4], using: Generator(seed: 3))
      memory.update(with: memory.recall(images: images, latents: latents), following: encoder)
    }
  }

  private func values(_ memory: any LatentMemory) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: memory.diagnostics.map { ($0.name, $0.tensor.item) })
  }

  @Test(
    "age and share of keys are those of a list kept beside it, whatever the capacity",
    arguments: ["queue", "momentum-queue"], [(12, 4), (10, 4), (7, 7), (13, 5)])
  func matchesList(_ name: String, _ sizes: (capacity: Int, batch: Int)) throws {
    let memory = try make(name, capacity: sizes.capacity, batchSize: sizes.batch)
    #expect(values(memory) == ["queueAge": 0, "queueFilled": 0])
    var births: [Int] = []
    for index in 1...9 {
      // Now and then the last batch of an epoch is shorter.
      let count = index % 4 == 0 ? sizes.batch - 1 : sizes.batch
      step(memory, count: count)
      births = Array((births + [Int](repeating: index, count: count)).suffix(sizes.capacity))
      let ages = births.map { Double(index - $0) }
      let found = values(memory)
      #expect(abs((found["queueAge"] ?? .nan) - ages.reduce(0, +) / Double(ages.count)) < 1e-5)
      #expect(abs((found["queueFilled"] ?? .nan) - Double(births.count) / Double(sizes.capacity)) < 1e-6)
    }
    #expect(memory.diagnostics.allSatisfy { $0.tensor.shape == [] && !$0.tensor.requiresGradient })
  }

  @Test("age survives being stored", arguments: ["queue", "momentum-queue"])
  func stored(_ name: String) throws {
    let (first, second) = (
      try make(name, capacity: 10, batchSize: 4), try make(name, capacity: 10, batchSize: 4)
    )
    for _ in 0..<5 { step(first, count: 4) }
    try restore(second.namedTensors(), from: first.state)
    #expect(values(second) == values(first))
    step(first, count: 4)
    step(second, count: 4)
    #expect(values(second) == values(first))
  }

  @Test("the batch alone has nothing to say")
  func batch() throws {
    let prior = try prior("hypersphere", latentSize: 4)
    let stub = StubEncoder(Self.shape, featureCount: 4, using: Generator(seed: 7))
    let memory = try BatchMemory(
      NoSettings(),
      context: MemoryContext(
        prior: prior, posterior: try Deterministic(NoSettings(), prior: prior), batchSize: 4, encoder: stub,
        makeEncoder: { stub }, generator: Generator(seed: 1)))
    #expect(memory.diagnostics.isEmpty)
  }
}
