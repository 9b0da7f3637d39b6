import Foundation
import MoCAProtocols

/// Time and memory of a penalty with its gradient against the batch and the dimension.
///
/// Times are reported and never judged: machines differ and are shared. Memory is, beside what the program holds
/// already: a batch of 1,024 codes of 128 dimensions must fit into 256 MiB (a tensor of all differences between codes,
/// [batch, batch, d], takes 512 MiB), and where the method takes samples, a population of 4,096 beside the same batch may
/// add twelve matrices of batch × (batch + population): two at a time, as differentiation keeps several forms of each.
/// Where the system does not tell the peak, memory is left out.
struct CostCheck {
  /// Builds the method at another dimension.
  let specimen: (_ latentSize: Int) throws -> Specimen

  /// The bytes that a batch of 1,024 may take.
  private static let byteLimit = Double(256 << 20)
  private static let population = 4096

  func finding() throws -> Finding {
    let (batches, sizes) = ([64, 256, 1024], [8, 32, 128])
    // First, since memory that was used and freed hides what is used again. Tensors of 32 MiB and more are always seen.
    let alone = try peak(population: 0)
    let stored = try specimen(8).takesStoredCodes ? peak(population: Self.population) : nil
    let byBatch = try batches.map { try seconds(batch: $0, latentSize: 32) }
    let bySize = try sizes.map { try seconds(batch: 256, latentSize: $0) }
    var parts = [
      "\(byBatch.map { short($0 * 1e3) }.joined(separator: ", ")) ms at batch "
        + "\(batches.map(String.init).joined(separator: ", ")) (power \(power(batches, byBatch)))",
      "\(bySize.map { short($0 * 1e3) }.joined(separator: ", ")) ms at d "
        + "\(sizes.map(String.init).joined(separator: ", ")) (power \(power(sizes, bySize)))",
    ]
    guard let alone else { return Finding(true, parts.joined(separator: "; ")) }
    parts.append("\(megabytes(alone)) of \(megabytes(Self.byteLimit)) MiB at batch 1024, d 128")
    let matrix = Double(4 * 1024 * (1024 + Self.population))
    let storedLimit = max(alone, Double(64 << 20)) + 12 * matrix
    if let stored {
      parts.append(
        "\(megabytes(stored)) of \(megabytes(storedLimit)) MiB beside \(Self.population) stored codes")
    }
    let isWithin = alone <= Self.byteLimit && (stored ?? 0) <= storedLimit
    return Finding(isWithin, value: alone, limit: Self.byteLimit, parts.joined(separator: "; "))
  }

  private func megabytes(_ bytes: Double) -> String { String(format: "%.0f", bytes / 1_048_576) }

  /// The fastest of three after a first.
  private func seconds(batch: Int, latentSize: Int) throws -> Double {
    let run = try specimen(latentSize).step(batch: batch, population: 0)
    run()
    let clock = ContinuousClock()
    let times = (0..<3).map { _ in clock.measure(run) / .seconds(1) }
    return times.min() ?? 0
  }

  /// The slope of log seconds over log size.
  private func power(_ sizes: [Int], _ seconds: [Double]) -> String {
    let (x, y) = (sizes.map { log(Double($0)) }, seconds.map { log(max($0, 1e-9)) })
    let (mx, my) = (Summary(x).mean, Summary(y).mean)
    let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
    return String(format: "%.1f", covariance / x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) })
  }

  /// Bytes beyond what was there before, at the highest moment of a step of 1,024 codes of 128 dimensions; `nil` where
  /// it is not known.
  private func peak(population: Int) throws -> Double? {
    let run = try specimen(128).step(batch: 1024, population: population)
    // On Linux this takes the high-water mark back to what is held now.
    let reset = FileHandle(forWritingAtPath: "/proc/self/clear_refs")
    guard (try? reset?.write(contentsOf: Data("5".utf8))) != nil, let before = Self.kilobytes("VmRSS:") else {
      return nil
    }
    run()
    return Self.kilobytes("VmHWM:").map { max(0, $0 - before) * 1024 }
  }

  /// A line of the process's status on Linux.
  private static func kilobytes(_ name: String) -> Double? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
  }
}

extension Specimen {
  /// Whether a memory has something to add to codes that are given.
  fileprivate var takesStoredCodes: Bool { judgesCodes && takesSamples }

  /// A step of draws of the prior, or of images where codes alone are not enough.
  fileprivate func step(batch: Int, population: Int) throws -> () -> Void {
    if let networks, !judgesCodes {
      let step = try NetworkStep(self, networks, batch: batch)
      let images = StubNetworks.images(batch, seed: 90)
      return { _ = step.gradients(of: step.losses(images).penalty) }
    }
    let codes = codes(of: .prior, count: batch, seed: 90)
    let stored = population > 0 ? self.codes(of: .prior, count: population, seed: 91) : nil
    let regularizer = try make(batch: batch, population: population)
    return { _ = gradient(of: regularizer, codes, population: stored) }
  }
}
