/// What an event file cannot take.
package enum EventLogError: Error, Equatable, CustomStringConvertible {
  /// The bytes given as a picture are none.
  case notAPNG(tag: String)

  package var description: String {
    switch self {
    case .notAPNG(let tag): "the image \"\(tag)\" for TensorBoard does not begin as a PNG file"
    }
  }
}
