extension ReportContent {
  /// A table of groups and their scores.
  public struct Table: Codable, Sendable {
    /// What a column holds.
    public enum Direction: String, Codable, Sendable {
      /// Less is better.
      case lower
      /// More is better.
      case higher
      /// Neither: it is only told, as costs and settings are.
      case none
    }

    /// Where a value stands among those of its column.
    public enum Mark: String, Codable, Sendable {
      /// Better than every other beyond the noise.
      case best
      /// Not told apart from the best one.
      case tied
      /// Worse, or not compared.
      case none
    }

    /// A column.
    public struct Column: Codable, Sendable {
      /// The heading, as in "FD-cifar".
      public var title: String
      /// The unit, as in "s" or "GiB".
      public var unit: String?
      /// What is better.
      public var direction: Direction
      /// Columns in a row with one heading above them, as in "samples from the prior", "cost".
      public var family: String?
      /// What values should be near where that is better, as in "match", "0.5".
      public var target: String?
      /// Digits after the point; `nil` leaves it to the column's values.
      public var decimals: Int?
      /// A sentence about it, listed below the table.
      public var help: String?

      /// Describes a column.
      public init(
        _ title: String, unit: String? = nil, direction: Direction = .none, target: String? = nil,
        family: String? = nil, decimals: Int? = nil, help: String? = nil
      ) {
        self.title = title
        self.unit = unit
        self.direction = direction
        self.target = target
        self.family = family
        self.decimals = decimals
        self.help = help
      }
    }

    /// A value of a column.
    public struct Value: Codable, Sendable {
      /// The mean over the seeds.
      public var mean: Double?
      /// The lower end of its interval.
      public var lower: Double?
      /// The upper end of its interval.
      public var upper: Double?
      /// The standard deviation over the seeds, shown where there is no interval.
      public var spread: Double?
      /// What else there is to say, as in "p = 0.02", "2 of 3 seeds".
      public var remark: String?
      /// What stands there instead of a number, as in "0 of 3 finished".
      public var text: String?
      /// Where it stands among the others.
      public var mark: Mark

      /// A number with its interval or its spread.
      public init(
        _ mean: Double?, lower: Double? = nil, upper: Double? = nil, spread: Double? = nil,
        remark: String? = nil,
        mark: Mark = .none
      ) {
        self.mean = mean
        self.spread = spread
        self.remark = remark
        self.lower = lower
        self.upper = upper
        self.mark = mark
      }

      /// Words in the place of a number.
      public init(text: String) {
        self.text = text
        mark = .none
      }
    }

    /// A row: a group, or a reference as in the held-out images.
    public struct Row: Codable, Sendable {
      /// What it is called.
      public var label: String
      /// The group it stands for; `nil` for a reference, which is set apart.
      public var group: String?
      /// How many seeds it is the mean of.
      public var seeds: Int?
      /// A value for each column.
      public var values: [Value]
      /// What is to be known of its cells, as in "seed 2: not finite at step 812".
      public var remark: String?

      /// Describes a row.
      public init(
        _ label: String, group: String? = nil, seeds: Int? = nil, values: [Value], remark: String? = nil
      ) {
        self.label = label
        self.group = group
        self.seeds = seeds
        self.values = values
        self.remark = remark
      }
    }

    /// The settings behind a score: its metric card.
    public struct Card: Codable, Sendable {
      /// The score, as in "FD-cifar, samples from the prior".
      public var title: String
      /// Extractor, weights, counts, quantization, arithmetic.
      public var facts: [Fact]

      public init(_ title: String, facts: [Fact]) {
        self.title = title
        self.facts = facts
      }
    }

    /// The heading, as in "Scores".
    public var title: String
    /// What the numbers are: mean of what, which interval, what the marks mean.
    public var caption: String
    /// What a row is, as in "regularizer".
    public var rowTitle: String
    /// The columns.
    public var columns: [Column]
    /// The rows.
    public var rows: [Row]
    /// Sentences below the table, as in the smallest difference that the design can detect.
    public var footnotes: [String]
    /// The protocol of each score.
    public var cards: [Card]

    /// Describes a table.
    public init(
      title: String, caption: String, rowTitle: String, columns: [Column], rows: [Row],
      footnotes: [String] = [],
      cards: [Card] = []
    ) {
      self.title = title
      self.caption = caption
      self.rowTitle = rowTitle
      self.columns = columns
      self.rows = rows
      self.footnotes = footnotes
      self.cards = cards
    }
  }
}
