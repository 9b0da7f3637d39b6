/// Scores of one set of images or codes.
public struct SubjectScores: Codable, Sendable {
  /// What it is called: `prior`, `gmm`, `reconstructions`, `held-out`, `codes and labels`.
  public let subject: String
  /// What it is to the model.
  public let role: SubjectRole
  /// How many images or codes.
  public let count: Int
  /// In the order in which they are shown.
  public let scores: [Score]

  public init(_ subject: String, _ role: SubjectRole, count: Int, scores: [Score]) {
    self.subject = subject
    self.role = role
    self.count = count
    self.scores = scores
  }

  public init(from decoder: any Swift.Decoder) throws {
    let file = try decoder.container(keyedBy: CodingKeys.self)
    subject = try file.decode(String.self, forKey: .subject)
    count = try file.decode(Int.self, forKey: .count)
    scores = try file.decode([Score].self, forKey: .scores)
    role =
      try file.decodeIfPresent(SubjectRole.self, forKey: .role) ?? OldScores.role(of: subject)
  }
}
