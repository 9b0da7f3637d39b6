import Files
import Foundation

/// The end of `metrics.jsonl`, read without what comes before it.
package enum MetricsTail {
  private static let chunk = 4096

  /// The last whole line; `nil` where the file is not there or holds none.
  package static func lastLine(of url: URL) -> [String: Double]? {
    guard let file = try? ReadableFile(url, what: "metrics file") else { return nil }
    var size = chunk
    while true {
      let start = max(0, file.byteCount - size)
      guard let data = try? file.read(start..<file.byteCount) else { return nil }
      if let line = lastLine(in: data, isStart: start == 0) { return line }
      if start == 0 { return nil }
      size *= 8
    }
  }

  private static func lastLine(in data: Data, isStart: Bool) -> [String: Double]? {
    guard let end = data.lastIndex(of: 0x0A) else { return nil }
    let lines = data[..<end].split(separator: 0x0A)
    // The first piece may lack its beginning.
    let whole = isStart ? lines[...] : lines.dropFirst()
    return whole.reversed().lazy.compactMap(numbers).first { $0[.step] != nil }
  }

  /// The numbers of a line.
  private static func numbers(_ line: Data) -> [String: Double]? {
    guard let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else { return nil }
    return object.compactMapValues { ($0 as? NSNumber)?.doubleValue ?? ($0 as? String).flatMap(Double.init) }
  }
}
