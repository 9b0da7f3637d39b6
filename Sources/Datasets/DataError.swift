import Files
import PluginKit

/// What can be wrong with data. Every case names the place, what was found and what to do.
public enum DataError: Fault, Equatable {
  /// A dataset that needs a path was given none.
  case needsPath(dataset: String, advice: String)
  /// Nothing is at that path.
  case missing(path: String, advice: String)
  /// Something is there that cannot be read, or not as what it should be.
  case unreadable(path: String, reason: String)
  /// There are no images.
  case empty(path: String, advice: String)
  /// A file ends too early or goes on too long.
  case wrongSize(path: String, expected: Int, found: Int)
  /// An archive has an entry that is absolute or points outside.
  case unsafeEntry(archive: String, entry: String)
  /// The bytes are not what the format says.
  case corrupt(path: String, reason: String)
  /// A download is not the file it should be.
  case wrongDigest(path: String, expected: String, found: String)
  /// Images of two sizes, and nothing says which to make of them.
  case mixedSizes(first: String, firstShape: ImageShape, other: String, otherShape: ImageShape)
  /// An image that is not square, and nothing says to crop it.
  case notSquare(path: String, shape: ImageShape)
  case download(url: String, reason: String)
  case disk(path: String, reason: String)

  public var description: String {
    switch self {
    case .needsPath(let dataset, let advice): "dataset \"\(dataset)\" needs dataset.path: \(advice)"
    case .missing(let path, let advice): "\(path) does not exist; \(advice)"
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .empty(let path, let advice): "no images in \(path); \(advice)"
    case .wrongSize(let path, let expected, let found):
      "\(path) has \(found) bytes where \(expected) are expected: it is "
        + (found < expected ? "truncated" : "too long") + "; fetch it again"
    case .unsafeEntry(let archive, let entry):
      "\(archive) has the entry \"\(entry)\", which points outside the archive; "
        + "entries must be relative and without \"..\""
    case .corrupt(let path, let reason): "\(path) is corrupt: \(reason)"
    case .wrongDigest(let path, let expected, let found):
      "\(path) has the digest \(found), expected \(expected); the file was removed, try the download again"
    case .mixedSizes(let first, let firstShape, let other, let otherShape):
      "images differ in size: \(first) is \(firstShape.sides), \(other) is \(otherShape.sides); "
        + "set dataset.size to crop and resize all of them"
    case .notSquare(let path, let shape):
      "\(path) is \(shape.sides) and not square; set dataset.size to crop and resize all images"
    case .download(let url, let reason): "cannot download \(url): \(reason)"
    case .disk(let path, let reason): "cannot write \(path): \(reason)"
    }
  }

  public var fault: FaultKind {
    switch self {
    case .needsPath: .usage
    case .disk: .disk
    case .missing, .unreadable, .empty, .wrongSize, .unsafeEntry, .corrupt, .wrongDigest, .mixedSizes,
      .notSquare,
      .download:
      .data
    }
  }
}

extension ImageShape {
  /// `width×height`, as image sizes are written.
  var sides: String { "\(width)×\(height)" }
}
