import Files
import MoCAProtocols

/// Why a score of images cannot be computed.
public enum ImageScoreError: Fault, Equatable {
  /// A set has fewer images than the score needs; `reason` says what asks for them and `remedy` what to do.
  case tooFew(score: String, found: Int, needed: Int, reason: String, remedy: String)
  /// Rows of features hold values that are NaN or infinite.
  case notFinite(rows: Int, of: Int)
  /// The two sets were described by different networks.
  case differentFeatures(Int, Int)
  /// Images below the size of the filter.
  case imagesTooSmall(height: Int, width: Int)

  public var description: String {
    switch self {
    case .tooFew(let score, let found, let needed, let reason, let remedy):
      "\(score) needs at least \(needed) images, found \(found): \(reason); \(remedy)"
    case .notFinite(let rows, let count):
      "\(rows) of \(count) images have features that are NaN or infinite; check the images and the weights of the "
        + "network, half precision may overflow"
    case .differentFeatures(let first, let second):
      "one set has \(first) features per image, the other \(second); describe both by the same network"
    case .imagesTooSmall(let height, let width):
      "sharpness needs images of at least 3 × 3 pixels, found \(height) × \(width)"
    }
  }

  public var fault: FaultKind {
    switch self {
    case .tooFew: .usage
    case .notFinite, .differentFeatures, .imagesTooSmall: .data
    }
  }
}

/// d of features `[n, d]`.
func columnCount(of features: Tensor) -> Int {
  if features.rank != 2 || features.shape[1] == 0 {
    fatalError("features must have the shape [images, features], found \(features.shape)")
  }
  return features.shape[1]
}

/// Throws where features hold values that are not finite.
func checkFeatures(_ features: Tensor) throws {
  _ = columnCount(of: features)
  let count = features.shape[0]
  // The sum of a row in `float64` is finite exactly where all of it is: `float32` values cannot overflow it.
  let sound = features.blocks(ofRows: 4096).reduce(0) { sum, rows in
    let totals = rows.to(dtype: .float64).sum(along: 1)
    return sum + Int(totals.isFinite.to(dtype: .float64).sum().item)
  }
  if sound < count { throw ImageScoreError.notFinite(rows: count - sound, of: count) }
}

/// Checks both sets; throws where they have different numbers of features.
func checkFeatures(_ first: Tensor, _ second: Tensor) throws {
  try checkFeatures(first)
  try checkFeatures(second)
  if first.shape[1] != second.shape[1] {
    throw ImageScoreError.differentFeatures(first.shape[1], second.shape[1])
  }
}

/// 0 ..< count in pieces of `size`.
func rowRanges(_ count: Int, size: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
}
