import Files
import Foundation
import PluginKit

/// `metrics.jsonl`: one JSON object per logged step, appended as it happens.
///
/// Every line reaches the operating system in one call, so a killed process loses at most the line it was
/// writing. Numbers that are not finite, which JSON lacks, are the strings `"nan"`, `"inf"` and `"-inf"`,
/// which Python's `float()` reads too.
public final class MetricsLog {
  private let url: URL
  private var file: WritableFile

  /// Opens the log to append to it, and makes it where there is none. A torn last line is removed.
  ///
  /// - Throws: `StorageError`.
  public init(_ url: URL) throws {
    self.url = url
    try Self.rewrite(url) { _ in true }
    file = try Self.open(url)
  }

  /// Appends one line: `step`, then `values` in their order.
  ///
  /// - Throws: `StorageError`.
  public func append(step: Int, _ values: [(String, Double)]) throws {
    let members = values.map { ConfigurationValue.Member($0.0, .number($0.1)) }
    let object = ConfigurationValue.object([.init(MetricKey.step.rawValue, .integer(step))] + members)
    try file.write(Data((object.json + "\n").utf8))
  }

  /// Removes the lines of later steps, as a run does that goes back to a checkpoint. A process killed
  /// meanwhile leaves the log as it was or as it should be.
  ///
  /// - Throws: `StorageError`.
  public func truncate(afterStep step: Int) throws {
    try Self.rewrite(url) { $0 <= step }
    file = try Self.open(url)
  }

  /// Forces the lines so far to the disk.
  ///
  /// - Throws: `StorageError`.
  public func synchronize() throws { try file.synchronize() }

  /// Reads a log, line by line; `step` is one of the keys. A torn line is passed over.
  ///
  /// - Throws: `StorageError` if there is no such file or it cannot be read.
  public static func read(_ url: URL) throws -> [[String: Double]] {
    try lines(of: url).compactMap { line in
      guard step(of: line) != nil,
        let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
      else { return nil }
      return object.compactMapValues { value in
        switch value {
        case let number as NSNumber: number.doubleValue
        case let text as String: Double(text)
        default: nil
        }
      }
    }
  }

  private static func open(_ url: URL) throws -> WritableFile {
    try WritableFile(path: url.path, flags: O_APPEND | O_CREAT)
  }

  /// Replaces the log by its whole lines whose step passes, if that changes anything.
  private static func rewrite(_ url: URL, keeping isKept: (Int) -> Bool) throws {
    guard let size = try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int, size > 0,
      (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
    else { return }
    let kept = try lines(of: url).filter { step(of: $0).map(isKept) ?? false }
    let data = kept.reduce(into: Data(capacity: size)) { $0 += $1 + [0x0A] }
    if data.count != size { try AtomicFile.write(data, to: url) }
  }

  /// The lines that end in a newline, without it.
  private static func lines(of url: URL) throws -> [Data] {
    let file = try ReadableFile(url, what: "metrics file")
    let data = try file.read(0..<file.byteCount)
    guard let end = data.lastIndex(of: 0x0A) else { return [] }
    return data[..<end].split(separator: 0x0A)
  }

  /// The step of a line that ``append(step:_:)`` wrote whole, without parsing the rest.
  private static func step(of line: Data) -> Int? {
    let prefix = Data("{\"step\":".utf8)
    guard line.starts(with: prefix), line.last == UInt8(ascii: "}") else { return nil }
    let digits = line.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
    return Int(String(decoding: digits, as: UTF8.self).trimmingCharacters(in: .whitespaces))
  }
}
