/// A part that can be chosen by name: a dataset, a backbone, a prior, a regularizer, …
public protocol Plugin: SendableMetatype {
  /// The settings, with their defaults, bounds and documentation.
  associatedtype Configuration: PluginConfiguration
  /// The name on the command line and in files, as in `sliced-wasserstein`.
  static var name: String { get }
  /// One line for `moca list`.
  static var summary: String { get }
  /// Where the method or data comes from.
  static var reference: Citation { get }
  /// One paragraph for the reference pages: what it is, what sets it apart, when to choose it.
  static var about: String { get }
  /// What it computes, in lines of plain text; nothing where there is no formula.
  static var formula: String { get }
}

extension Plugin {
  public static var about: String { "" }

  public static var formula: String { "" }
}

/// A publication, or the project itself where a part has no other source.
public struct Citation: Sendable, Equatable {
  /// Authors, title, venue and year in one line.
  public let text: String
  /// An address, where there is one.
  public let url: String?

  public init(_ text: String, url: String? = nil) {
    self.text = text
    self.url = url
  }

  /// For parts that are this project's own.
  public static let project = Citation("MoCA project")
}
