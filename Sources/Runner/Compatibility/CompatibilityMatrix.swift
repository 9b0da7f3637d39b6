import Foundation
import MoCAProtocols

/// Which regularizer goes with which prior, posterior and memory.
///
/// Found by building them for small codes: what throws a `ConfigurationError` does not go together, and its
/// message is the reason. A prior counts where the regularizer takes it with some posterior, a posterior where
/// the regularizer takes it with some prior. Memories are tried with the first prior and posterior that fit.
public struct CompatibilityMatrix {
  /// A prior, posterior or memory.
  public struct Column: Sendable, Hashable {
    /// `prior`, `posterior` or `memory`.
    public let kind: String
    /// The name on the command line.
    public let name: String
  }

  /// Whether a regularizer goes with what a column stands for.
  public enum Mark: Sendable, Equatable {
    /// It does, and it is what the regularizer uses where nothing is named.
    case standard
    /// It does.
    case possible
    /// It does not, for this reason.
    case refused(String)
  }

  /// A regularizer and its marks.
  public struct Row: Sendable {
    /// The regularizer.
    public let regularizer: String
    /// One mark for each column.
    public let marks: [Mark]
  }

  /// What does not go together for one reason.
  public struct Refusal: Sendable, Equatable {
    /// The regularizers.
    public let regularizers: [String]
    /// The priors, posteriors or memories.
    public let columns: [String]
    /// Why, and what to do.
    public let reason: String
  }

  /// Priors, then posteriors, then memories.
  public let columns: [Column]
  /// The regularizers in the catalog's order.
  public let rows: [Row]

  /// Tries everything in `catalogs`.
  ///
  /// - Parameter regularizers: The rows; `nil` for every regularizer.
  /// - Throws: What building throws beside `ConfigurationError`.
  public init(_ catalogs: Catalogs, regularizers: [String]? = nil) throws {
    let trial = CompatibilityTrial(catalogs)
    columns =
      catalogs.priors.names.map { Column(kind: "prior", name: $0) }
      + catalogs.posteriors.names.map { Column(kind: "posterior", name: $0) }
      + catalogs.memories.names.map { Column(kind: "memory", name: $0) }
    rows = try (regularizers ?? catalogs.regularizers.names).map {
      Row(regularizer: $0, marks: try trial.marks(of: $0))
    }
  }

  /// What does not go together, each reason once, in the order of the rows. A regularizer that a reason names is
  /// called `it` there, so that several can share one.
  public var refusals: [Refusal] {
    var refusals: [Refusal] = []
    for own in rows.flatMap(refusals(of:)) {
      let same = refusals.firstIndex { $0.reason == own.reason && $0.columns == own.columns }
      guard let same else {
        refusals.append(own)
        continue
      }
      refusals[same] = Refusal(
        regularizers: refusals[same].regularizers + own.regularizers, columns: own.columns, reason: own.reason
      )
    }
    return refusals
  }

  private func refusals(of row: Row) -> [Refusal] {
    let found = zip(columns, row.marks).compactMap { column, mark -> (column: String, reason: String)? in
      guard case .refused(let reason) = mark else { return nil }
      let short = reason.replacingOccurrences(of: "the regularizer \"\(row.regularizer)\"", with: "it")
      return (column.name, short)
    }
    let reasons = found.map(\.reason).uniqued()
    return reasons.map { reason in
      Refusal(
        regularizers: [row.regularizer], columns: found.filter { $0.reason == reason }.map(\.column),
        reason: reason)
    }
  }
}
