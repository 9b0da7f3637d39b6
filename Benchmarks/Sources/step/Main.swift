import Foundation
import MoCACommand
import MoCAProtocols
import Runner

/// Times the MoCA training step of this project, for comparison with the same step in PyTorch.
///
/// Takes `name=value` arguments (width, batch, latent, queue, threads, steps, warmup) and prints one line of JSON.
/// The step is the whole of it: uint8 images to floats, forward, backward, Adam, momentum encoder, queue, and
/// reading back the loss. Images are random and made beforehand.
@main
enum Main {
  static func main() throws {
    var options = [
      "width": 64, "batch": 100, "latent": 128, "queue": 16384, "threads": 2, "steps": 20, "warmup": 3,
    ]
    for argument in CommandLine.arguments.dropFirst() {
      let parts = argument.split(separator: "=")
      guard parts.count == 2, let value = Int(parts[1]), options[String(parts[0])] != nil else {
        fatalError("cannot read \(argument); use one of \(options.keys.sorted().map { $0 + "=N" })")
      }
      options[String(parts[0])] = value
    }
    Runtime.setThreadCount(options["threads"] ?? 2)
    try measure(options)
  }

  private static func measure(_ options: [String: Int]) throws {
    let value = { (name: String) in options[name] ?? 0 }
    let layers = try [
      "backbone.width=\(value("width"))", "latent.size=\(value("latent"))",
      "memory.capacity=\(value("queue"))", "training.batch=\(value("batch"))",
    ].map { try Experiment.layer(override: $0) }
    let shape = ImageShape(channels: 3, height: 32, width: 32)
    let state = try TrainingState(
      Experiment(layers, catalogs: .standard), catalogs: .standard, imageShape: shape, totalSteps: 1000,
      device: .cpu)
    let generator = Generator(seed: 0)
    let batches = (0..<4).map { _ in
      (Tensor.uniform([value("batch"), 32, 32, 3], using: generator) * 255).to(dtype: .uint8)
    }
    var seconds: [Double] = []
    for index in 0..<(value("warmup") + value("steps")) {
      let start = ProcessInfo.processInfo.systemUptime
      let images = (batches[index % 4].to(dtype: .float32) / 255).permuted(0, 3, 1, 2)
      _ = state.step(on: images)[0].tensor.item
      seconds.append(ProcessInfo.processInfo.systemUptime - start)
    }
    let timed = seconds.dropFirst(value("warmup")).sorted()
    print(
      #"{"median_seconds": \#(timed[timed.count / 2]), "steps": \#(timed.count), "#
        + #""peak_rss_mib": \#(peakMemory), "live_tensors": \#(Tensor.liveCount)}"#)
  }

  private static var peakMemory: Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
  }
}
