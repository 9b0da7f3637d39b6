/// Which question a score answers. Where nothing is chosen, a comparison shows the scores of the first three kinds.
public enum ScoreKind: String, Codable, Sendable {
  /// How far reconstructions are from their images.
  case reconstructionError = "reconstruction error"
  /// How far a set of images is from the reference, in one number.
  case imageDistance = "distance of images"
  /// How far codes are from the prior, in one number.
  case codeDistance = "distance of codes"
  /// Anything else.
  case other
}

/// A score with its order and the protocol that makes it comparable.
public struct Score: Sendable, Equatable {
  /// The number; `nil` stands for one that is not finite.
  public let value: Double?
  /// Which values are better.
  public let order: ScoreOrder
  /// What the value is measured in, in words; `nil` where a file does not say.
  public let unit: String?
  /// Which question it answers.
  public let kind: ScoreKind
  /// How far it moves by chance, in the sense of ``errorKind``.
  public let error: Double?
  /// What ``error`` is: `standard error over subsets`, `standard deviation over splits`, …
  public let errorKind: String?
  /// The same measure of draws of the prior.
  public let null: NullComparison?
  /// What else was found on the way, as the slope of an extrapolation.
  public let details: [String: Double]
  /// The protocol.
  public var card: MetricCard

  public init(
    _ value: Double, _ order: ScoreOrder, unit: String?, kind: ScoreKind = .other, error: Double? = nil,
    errorKind: String? = nil, null: NullComparison? = nil, details: [String: Double] = [:], card: MetricCard
  ) {
    self.value = value.isFinite ? value : nil
    self.order = order
    self.unit = unit
    self.kind = kind
    self.error = error
    self.errorKind = errorKind
    self.null = null
    self.details = details.filter { $0.value.isFinite }
    self.card = card
  }
}

extension Score: Codable {
  private enum Key: CodingKey {
    case value, order, target, unit, kind, error, errorKind, details, card
  }

  public init(from decoder: any Decoder) throws {
    let file = try decoder.container(keyedBy: Key.self)
    let all = try file.decodeIfPresent([String: Double].self, forKey: .details) ?? [:]
    value = try file.decodeIfPresent(Double.self, forKey: .value)
    unit = try file.decodeIfPresent(String.self, forKey: .unit)
    error = try file.decodeIfPresent(Double.self, forKey: .error)
    errorKind = try file.decodeIfPresent(String.self, forKey: .errorKind)
    null = NullComparison(details: all)
    details = all.filter { NullComparison.Key(rawValue: $0.key) == nil }
    card = try file.decode(MetricCard.self, forKey: .card)
    let old = OldScores(card.score, null)
    kind = try file.decodeIfPresent(ScoreKind.self, forKey: .kind) ?? old.kind
    guard let word = try file.decodeIfPresent(String.self, forKey: .order) else {
      order = old.order
      return
    }
    guard let order = ScoreOrder(word: word, target: try file.decodeIfPresent(Double.self, forKey: .target))
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .order, in: file, debugDescription: "no order is called \(word)")
    }
    self.order = order
  }

  public func encode(to encoder: any Encoder) throws {
    var file = encoder.container(keyedBy: Key.self)
    try file.encodeIfPresent(value, forKey: .value)
    try file.encode(order.word, forKey: .order)
    try file.encodeIfPresent(order.target, forKey: .target)
    try file.encodeIfPresent(unit, forKey: .unit)
    try file.encode(kind, forKey: .kind)
    try file.encodeIfPresent(error, forKey: .error)
    try file.encodeIfPresent(errorKind, forKey: .errorKind)
    let all = details.merging(null?.details ?? [:]) { $1 }
    if !all.isEmpty { try file.encode(all, forKey: .details) }
    try file.encode(card, forKey: .card)
  }
}
