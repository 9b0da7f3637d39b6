import Files

/// What can be wrong with a configuration. Every case names what was found, what is allowed and what to do.
public enum ConfigurationError: Fault, Equatable {
  /// A plugin of that kind does not exist.
  case unknownName(kind: String, found: String, available: [String])
  /// A key that nothing reads.
  case unknownKey(path: String, available: [String])
  /// A value of the wrong type.
  case wrongType(path: String, expected: String, found: String)
  /// A value outside what the setting allows.
  case outOfRange(path: String, found: String, allowed: String)
  /// Two choices that cannot go together, with the reason and the way out.
  case incompatible(String)
  /// Text that is not YAML.
  case unreadable(String)

  public var description: String {
    switch self {
    case .unknownName(let kind, let found, let available):
      "unknown \(kind) \"\(found)\"" + suggestion(for: found, among: available)
    case .unknownKey(let path, let available):
      "unknown key \"\(path)\""
        + (available.isEmpty ? "; nothing can be set here" : suggestion(for: path, among: available))
    case .wrongType(let path, let expected, let found):
      "\(path) must be \(expected), found \(found)"
    case .outOfRange(let path, let found, let allowed):
      "\(path) must be \(allowed), found \(found)"
    case .incompatible(let reason): reason
    case .unreadable(let reason): "the configuration is not valid YAML: \(reason)"
    }
  }

  public var fault: FaultKind { .usage }
}

/// `; did you mean "mmd"? (available: …)` for an error about an unknown word.
public func suggestion(for word: String, among available: [String]) -> String {
  let list = available.isEmpty ? "" : " (available: \(available.joined(separator: ", ")))"
  guard let nearest = nearestMatch(to: word, among: available) else { return list }
  return "; did you mean \"\(nearest)\"?" + list
}

/// The candidate at the smallest edit distance from `word`, if it is near enough to be a slip of the hand.
public func nearestMatch(to word: String, among candidates: [String]) -> String? {
  let scored = candidates.map { (name: $0, distance: editDistance(word.lowercased(), $0.lowercased())) }
  guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(2, word.count / 3) ? best.name : nil
}

/// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions, swaps.
func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first)
  let b = Array(second)
  var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
  for i in 0...a.count { rows[i][0] = i }
  for j in 0...b.count { rows[0][j] = j }
  for i in a.indices.map({ $0 + 1 }) {
    for j in b.indices.map({ $0 + 1 }) {
      let cost = a[i - 1] == b[j - 1] ? 0 : 1
      rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
      }
    }
  }
  return rows[a.count][b.count]
}
