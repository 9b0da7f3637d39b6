extension ReportContent {
  /// A run: where it stands, how it ended, and how to have it again.
  package struct Cell: Codable, Sendable {
    /// How it stands.
    package enum Standing: String, Codable, Sendable {
      /// Trained and scored.
      case finished
      /// Not there yet, or at work.
      case unfinished
      /// Ended without a score, or with one that cannot be trusted.
      case failed
    }

    /// The name of its folder.
    package var name: String
    /// The group that it belongs to.
    package var group: String?
    /// Its value on each axis.
    package var coordinates: [Fact]
    /// How it stands.
    package var standing: Standing
    /// The state in words, as in "done", "not finite", "out of memory".
    package var state: String
    /// Why it ended so.
    package var reason: String?
    /// Steps, seconds, memory, scores: as text.
    package var facts: [Fact]
    /// What a person types to have it again.
    package var command: String
    /// The whole configuration: dotted keys in their order, values as text.
    package var configuration: [Fact]

    /// Describes a cell.
    package init(
      name: String, group: String? = nil, coordinates: [Fact], standing: Standing, state: String,
      reason: String? = nil, facts: [Fact] = [], command: String, configuration: [Fact]
    ) {
      self.name = name
      self.group = group
      self.coordinates = coordinates
      self.standing = standing
      self.state = state
      self.reason = reason
      self.facts = facts
      self.command = command
      self.configuration = configuration
    }
  }
}
