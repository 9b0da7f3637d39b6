import Foundation
import MoCAProtocols

/// Time and memory of a penalty with its gradient against the batch and the dimension.
///
/// Times are reported and never judged: machines differ and are shared. Memory is: a batch of 1,024 codes of 128
/// dimensions must fit into 1 GiB beside what the program holds already, and must not grow faster than the power 2.5
/// of the batch. Where the system does not tell the peak, memory is left out.
struct CostCheck {
  /// Builds the method at another dimension.
  let specimen: (_ latentSize: Int) throws -> Specimen

  /// The bytes that a batch of 1,024 may take.
  private static let byteLimit = Double(1 << 30)

  func finding() throws -> Finding {
    let (batches, sizes) = ([64, 256, 1024], [8, 32, 128])
    // First, since memory that was used and freed hides what is used again.
    let peaks = (small: try peak(batch: 256), large: try peak(batch: 1024))
    let byBatch = try batches.map { try seconds(batch: $0, latentSize: 32) }
    let bySize = try sizes.map { try seconds(batch: 256, latentSize: $0) }
    var parts = [
      "\(byBatch.map { short($0 * 1e3) }.joined(separator: ", ")) ms at batch "
        + "\(batches.map(String.init).joined(separator: ", ")) (power \(power(batches, byBatch)))",
      "\(bySize.map { short($0 * 1e3) }.joined(separator: ", ")) ms at d "
        + "\(sizes.map(String.init).joined(separator: ", ")) (power \(power(sizes, bySize)))",
    ]
    guard let small = peaks.small, let large = peaks.large else {
      return Finding(true, parts.joined(separator: "; "))
    }
    parts.append("\(short(large / 1_048_576)) MiB at batch 1024, d 128")
    // Below 256 MiB the peaks say nothing about growth: the allocator reuses what other work has freed.
    let grows = large > 256 * 1_048_576 && log(large / max(small, 1)) / log(4) > 2.5
    return Finding(
      large <= Self.byteLimit && !grows, value: large, limit: Self.byteLimit, parts.joined(separator: "; "))
  }

  /// The fastest of three after a first.
  private func seconds(batch: Int, latentSize: Int) throws -> Double {
    let run = try step(batch: batch, latentSize: latentSize)
    run()
    let clock = ContinuousClock()
    let times = (0..<3).map { _ in clock.measure(run) / .seconds(1) }
    return times.min() ?? 0
  }

  private func step(batch: Int, latentSize: Int) throws -> () -> Void {
    let specimen = try specimen(latentSize)
    let codes = specimen.codes(of: .prior, count: batch, seed: 90)
    let regularizer = try specimen.make(batch: batch)
    return { _ = specimen.gradient(of: regularizer, codes) }
  }

  /// The slope of log seconds over log size.
  private func power(_ sizes: [Int], _ seconds: [Double]) -> String {
    let (x, y) = (sizes.map { log(Double($0)) }, seconds.map { log(max($0, 1e-9)) })
    let (mx, my) = (Summary(x).mean, Summary(y).mean)
    let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
    return String(format: "%.1f", covariance / x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) })
  }

  /// Bytes beyond what was there before, at the highest moment of a step at d = 128; `nil` where it is not known.
  private func peak(batch: Int) throws -> Double? {
    let run = try step(batch: batch, latentSize: 128)
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
