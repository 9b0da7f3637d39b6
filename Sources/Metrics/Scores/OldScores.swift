/// What files of scores do not say that were written before scores said their order and kind and subjects their role:
/// found by the names that these files use. The scores of today's metrics are not looked up here.
struct OldScores {
  let order: ScoreOrder
  let kind: ScoreKind

  private static let known: [(prefix: String, order: ScoreOrder, kind: ScoreKind)] = [
    ("squared error", .lower, .reconstructionError), ("FID", .lower, .imageDistance),
    ("FD-", .lower, .imageDistance), ("rFID", .lower, .imageDistance),
    ("rFD-", .lower, .imageDistance), ("KID", .lower, .other), ("KD-", .lower, .other),
    ("MIND", .lower, .other), ("Inception score", .higher, .other), ("precision", .higher, .other),
    ("recall", .higher, .other), ("density", .higher, .other), ("coverage", .higher, .other),
    ("authentic", .nearer(to: 0.5), .other), ("copying C_T", .nearer(to: 0), .other),
    ("drift ratio", .nearer(to: 1), .other), ("k-nearest-neighbour accuracy", .higher, .other),
    ("linear-probe accuracy", .higher, .other), ("slicedWasserstein", .none, .codeDistance),
  ]

  /// Of the score called `name`. One with a probability lies against null values, and its band tells whether both sides
  /// are a mismatch.
  init(_ name: String, _ null: NullComparison?) {
    let found = Self.known.first { name.hasPrefix($0.prefix) }
    // An extrapolated distance stands beside the distance itself.
    kind = name.hasSuffix("∞") ? .other : found?.kind ?? .other
    if let null, null.probability != nil {
      order = null.lower == nil ? .lower : .nearerToNull
    } else {
      order = found?.order ?? .none
    }
  }

  /// The role of the subject called `subject`; what is none of the others is called by its sampler.
  static func role(of subject: String) -> SubjectRole {
    switch subject {
    case "held-out": .heldOut
    case "reference": .reference
    case "reconstructions": .reconstructions
    case "prior": .priorSamples
    case "the prior, decoded and encoded again": .decodedDraws
    case "codes", "codes against the prior", "codes and labels": .codes
    default: .samples
    }
  }
}
