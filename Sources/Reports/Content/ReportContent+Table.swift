extension ReportContent {
  /// A table of groups and their scores.
  package struct Table: Codable, Sendable {
    /// What a column holds.
    package enum Direction: String, Codable, Sendable {
      /// Less is better.
      case lower
      /// More is better.
      case higher
      /// Neither: it is only told, as costs and settings are.
      case none
    }

    /// Where a value stands among those of its column.
    package enum Mark: String, Codable, Sendable {
      /// Better than every other beyond the noise.
      case best
      /// Not told apart from the best one.
      case tied
      /// Worse, or not compared.
      case none
    }

    /// A column.
    package struct Column: Codable, Sendable {
      /// The heading, as in "FD-cifar".
      package var title: String
      /// The unit, as in "s" or "GiB".
      package var unit: String?
      /// What is better.
      package var direction: Direction
      /// Columns in a row with one heading above them, as in "samples from the prior", "cost".
      package var family: String?
      /// What values should be near where that is better, as in "match", "0.5".
      package var target: String?
      /// Digits after the point; `nil` leaves it to the column's values.
      package var decimals: Int?
      /// A sentence about it, listed below the table.
      package var help: String?

      /// Describes a column.
      package init(
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
    package struct Value: Codable, Sendable {
      /// The mean over the seeds.
      package var mean: Double?
      /// The lower end of its interval.
      package var lower: Double?
      /// The upper end of its interval.
      package var upper: Double?
      /// The standard deviation over the seeds, shown where there is no interval.
      package var spread: Double?
      /// What else there is to say, as in "p = 0.02", "2 of 3 seeds".
      package var remark: String?
      /// What stands there instead of a number, as in "0 of 3 finished".
      package var text: String?
      /// Where it stands among the others.
      package var mark: Mark

      /// A number with its interval or its spread.
      package init(
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
      package init(text: String) {
        self.text = text
        mark = .none
      }
    }

    /// A row: a group, or a reference as in the held-out images.
    package struct Row: Codable, Sendable {
      /// What it is called.
      package var label: String
      /// The group it stands for; `nil` for a reference, which is set apart.
      package var group: String?
      /// How many seeds it is the mean of.
      package var seeds: Int?
      /// A value for each column.
      package var values: [Value]
      /// What is to be known of its cells, as in "seed 2: not finite at step 812".
      package var remark: String?

      /// Describes a row.
      package init(
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
    package struct Card: Codable, Sendable {
      /// The score, as in "FD-cifar, samples from the prior".
      package var title: String
      /// Extractor, weights, counts, quantization, arithmetic.
      package var facts: [Fact]

      package init(_ title: String, facts: [Fact]) {
        self.title = title
        self.facts = facts
      }
    }

    /// The heading, as in "Scores".
    package var title: String
    /// What the numbers are: mean of what, which interval, what the marks mean.
    package var caption: String
    /// What a row is, as in "regularizer".
    package var rowTitle: String
    /// The columns.
    package var columns: [Column]
    /// The rows.
    package var rows: [Row]
    /// Sentences below the table, as in the smallest difference that the design can detect.
    package var footnotes: [String]
    /// The protocol of each score.
    package var cards: [Card]

    /// Describes a table.
    package init(
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
