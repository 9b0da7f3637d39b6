import Foundation
import MoCAProtocols
import Runner
import Testing

/// The counters belong to the process, so each training has one of its own.
@Suite("Memory of a long training", .serialized)
struct MemoryUseTests {
  @Test("live tensors and resident memory are flat over 200 steps of moca")
  func moca() async {
    await #expect(processExitsWith: .success) { try checkFlat(regularizer: "moca") }
  }

  @Test("live tensors and resident memory are flat over 200 steps of mmd")
  func mmd() async {
    await #expect(processExitsWith: .success) { try checkFlat(regularizer: "mmd") }
  }

  @Test("live tensors and resident memory are flat over 200 steps of wae-gan")
  func adversary() async {
    await #expect(processExitsWith: .success) { try checkFlat(regularizer: "wae-gan") }
  }
}

/// Trains 220 steps and traps where the last 200 leave tensors or memory behind.
private func checkFlat(regularizer: String) throws {
  let overrides = ["regularizer=\(regularizer)", "backbone.width=4", "latent.size=16", "training.batch=16"]
  let experiment = try Experiment(
    overrides.map { try Experiment.layer(override: $0) }, catalogs: .tested)
  let shape = ImageShape(channels: 3, height: 32, width: 32)
  let state = try TrainingState(
    experiment, catalogs: .tested, imageShape: shape, totalSteps: 400, device: .cpu)
  let images = Tensor.uniform([16, 3, 32, 32], using: Generator(seed: 1)).channelsLast()
  var (tensors, memory): ([Int], [Double]) = ([], [])
  for step in 0..<220 {
    _ = state.step(on: images)
    if step >= 20 {
      tensors.append(Tensor.liveCount)
      memory.append(residentMegabytes())
    }
  }
  if Set(tensors).count != 1 { fatalError("live tensors went from \(tensors[0]) to \(tensors[199])") }
  // Allocators keep a few pages; 200 steps of this network allocate about 2 GB in all.
  if memory[199] - memory[0] > 16 { fatalError("memory went from \(memory[0]) to \(memory[199]) MiB") }
}

private func residentMegabytes() -> Double {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") }
  return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
}
