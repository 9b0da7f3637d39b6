import Files
import MoCAProtocols

/// What can be wrong with codes that are to be measured.
public enum CodeError: Fault, Equatable {
  /// A tensor that is not `[count, latentSize]`.
  case wrongShape(found: [Int], latentSize: Int)
  /// Codes with values that are not finite or beyond 10⁹.
  case notFinite(count: Int, of: Int)
  /// Fewer codes than the measures need.
  case tooFew(found: Int, needed: Int)
  /// Codes on a sphere of another radius, or on none.
  case offSphere(smallestNorm: Double, largestNorm: Double)
  /// Codes and labels that do not belong together.
  case labelCount(codes: Int, labels: Int)
  /// A class number below zero.
  case negativeLabel(Int)
  /// Labels that are all the same.
  case oneClass(label: Int)

  public var description: String {
    switch self {
    case .wrongShape(let found, let size):
      "codes of shape \(found) were given; one row of \(size) values for each code is needed"
    case .notFinite(let count, let total):
      "\(count) of \(total) codes hold values that are not finite or beyond 10⁹; a model that gives such codes has diverged: "
        + "evaluate an earlier checkpoint, or train with a smaller learning rate"
    case .tooFew(let found, let needed):
      "\(found) codes were given and at least \(needed) are needed; evaluate more images"
    case .offSphere(let smallest, let largest):
      "codes have norms from \(smallest) to \(largest) where the prior lies on the unit sphere; "
        + "divide each code by its norm (Prior.project)"
    case .labelCount(let codes, let labels):
      "\(codes) codes came with \(labels) labels; one label for each code is needed"
    case .negativeLabel(let label):
      "the label \(label) was found; labels are class numbers from 0"
    case .oneClass(let label):
      "all training labels are \(label); at least two classes are needed"
    }
  }

  public var fault: FaultKind { .data }

  /// Squares of squares of larger values would not be finite in `float32`.
  private static let largest = 1e9

  /// Refuses codes that are no finite matrix of that width.
  static func check(_ codes: Tensor, latentSize: Int, atLeast needed: Int) throws {
    guard codes.rank == 2, codes.shape[1] == latentSize else {
      throw wrongShape(found: codes.shape, latentSize: latentSize)
    }
    let count = codes.shape[0]
    if count < needed { throw tooFew(found: count, needed: needed) }
    let sound = codes.to(dtype: .float32).absolute().isLess(than: largest).to(dtype: .float32).minimum(
      along: 1
    )
    .sum().item
    if Int(sound) < count { throw notFinite(count: count - Int(sound), of: count) }
  }
}
