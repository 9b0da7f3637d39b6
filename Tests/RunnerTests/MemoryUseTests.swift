import Foundation
import MoCAProtocols
import Runner
import Testing

@Suite("Memory of a long training", .serialized)
struct MemoryUseTests {
  @Test("live tensors and resident memory are flat over 200 steps", arguments: ["moca", "mmd", "wae-gan"])
  func flat(regularizer: String) throws {
    let overrides = [
      "regularizer=\(regularizer)", "backbone.width=4", "latent.size=16", "training.batch=16",
    ]
    let experiment = try Experiment(
      overrides.map { try Experiment.layer(override: $0) }, catalogs: .tested)
    let shape = ImageShape(channels: 3, height: 32, width: 32)
    let state = try TrainingState(
      experiment, catalogs: .tested, imageShape: shape, totalSteps: 400, device: .cpu)
    let generator = Generator(seed: 1)
    let images = Tensor.uniform([16, 3, 32, 32], using: generator).channelsLast()
    var tensors: [Int] = []
    var memory: [Double] = []
    for step in 0..<220 {
      _ = state.step(on: images)
      if step >= 20 {
        tensors.append(Tensor.liveCount)
        memory.append(residentMegabytes())
      }
    }
    #expect(Set(tensors).count == 1, "live tensors went from \(tensors[0]) to \(tensors[199])")
    // Allocators keep a few pages; 200 steps of this network allocate about 2 GB in all.
    #expect(memory[199] - memory[0] < 16, "resident memory went from \(memory[0]) to \(memory[199]) MiB")
  }

  private func residentMegabytes() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
  }
}
