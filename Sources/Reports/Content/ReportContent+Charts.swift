extension ReportContent {
  /// An axis of a chart.
  public struct Axis: Codable, Sendable {
    /// What runs along it.
    public var title: String
    /// Its unit.
    public var unit: String?
    /// Whether it is logarithmic; values at or below zero are then left out.
    public var isLogarithmic: Bool
    /// What is better along it; `none` writes nothing.
    public var direction: Table.Direction
    /// The smallest value shown; `nil` leaves it to the data.
    public var minimum: Double?
    /// The largest value shown; `nil` leaves it to the data.
    public var maximum: Double?

    /// Describes an axis.
    public init(
      _ title: String, unit: String? = nil, isLogarithmic: Bool = false, direction: Table.Direction = .none,
      minimum: Double? = nil, maximum: Double? = nil
    ) {
      self.title = title
      self.unit = unit
      self.isLogarithmic = isLogarithmic
      self.direction = direction
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  /// Lines with bands.
  public struct LineChart: Codable, Sendable {
    /// A point of a line.
    public struct Point: Codable, Sendable {
      /// Along the horizontal axis.
      public var x: Double
      /// Along the vertical axis; a value that is not finite breaks the line.
      public var y: Double?
      /// The band's lower end.
      public var lower: Double?
      /// The band's upper end.
      public var upper: Double?

      /// Places a point.
      public init(_ x: Double, _ y: Double?, lower: Double? = nil, upper: Double? = nil) {
        self.x = x
        self.y = y
        self.lower = lower
        self.upper = upper
      }
    }

    /// A line.
    public struct Series: Codable, Sendable {
      /// What it is called beside its end.
      public var label: String
      /// The group that gives its colour; `nil` for a reference, drawn grey and dashed.
      public var group: String?
      /// Its points, from left to right.
      public var points: [Point]

      /// Describes a line.
      public init(_ label: String, group: String? = nil, points: [Point]) {
        self.label = label
        self.group = group
        self.points = points
      }
    }

    /// The heading.
    public var title: String
    /// What is seen, what the band is, and what to look for.
    public var caption: String
    /// The horizontal axis.
    public var horizontal: Axis
    /// The vertical axis.
    public var vertical: Axis
    /// The lines.
    public var series: [Series]

    /// Describes a chart.
    public init(title: String, caption: String, horizontal: Axis, vertical: Axis, series: [Series]) {
      self.title = title
      self.caption = caption
      self.horizontal = horizontal
      self.vertical = vertical
      self.series = series
    }
  }

  /// Points in a plane of two scores, with the front of those that none beats in both.
  public struct ScatterChart: Codable, Sendable {
    /// A cell or the mean of a group's cells.
    public struct Point: Codable, Sendable {
      /// What it is called.
      public var label: String
      /// The group that gives its colour and marker.
      public var group: String?
      /// Along the horizontal axis.
      public var x: Double
      /// Along the vertical axis.
      public var y: Double
      /// Interval of `x`, lower and upper end.
      public var xInterval: [Double]?
      /// Interval of `y`, lower and upper end.
      public var yInterval: [Double]?
      /// Whether another one is as good in both and better in one.
      public var isDominated: Bool

      /// Places a point.
      public init(
        _ label: String, group: String? = nil, x: Double, y: Double, xInterval: [Double]? = nil,
        yInterval: [Double]? = nil, isDominated: Bool
      ) {
        self.label = label
        self.group = group
        self.x = x
        self.y = y
        self.xInterval = xInterval
        self.yInterval = yInterval
        self.isDominated = isDominated
      }
    }

    /// The heading.
    public var title: String
    /// What is seen.
    public var caption: String
    /// The horizontal axis; its direction says what is better.
    public var horizontal: Axis
    /// The vertical axis; its direction says what is better.
    public var vertical: Axis
    /// The points; those that are not dominated are joined to the front.
    public var points: [Point]

    /// Describes a chart.
    public init(title: String, caption: String, horizontal: Axis, vertical: Axis, points: [Point]) {
      self.title = title
      self.caption = caption
      self.horizontal = horizontal
      self.vertical = vertical
      self.points = points
    }
  }

  /// Values of one measure beside what draws of the prior itself would give: a row for each group.
  public struct NullChart: Codable, Sendable {
    /// A group's values and its null.
    public struct Row: Codable, Sendable {
      /// What it is called.
      public var label: String
      /// The group that gives its colour.
      public var group: String?
      /// A value for each seed.
      public var values: [Double]
      /// The median under the null.
      public var nullMedian: Double?
      /// The lower end of the null's 95 % band.
      public var nullLower: Double?
      /// The upper end of the null's 95 % band.
      public var nullUpper: Double?
      /// The probability of a value as far out under its own null, for each value; empty where it is not known.
      public var probabilities: [Double]

      /// Describes a row.
      public init(
        _ label: String, group: String? = nil, values: [Double], nullMedian: Double? = nil,
        nullLower: Double? = nil, nullUpper: Double? = nil, probabilities: [Double] = []
      ) {
        self.label = label
        self.group = group
        self.values = values
        self.nullMedian = nullMedian
        self.nullLower = nullLower
        self.nullUpper = nullUpper
        self.probabilities = probabilities
      }
    }

    /// The measure.
    public var title: String
    /// What it measures and how the null was drawn.
    public var caption: String
    /// The axis of the values.
    public var axis: Axis
    /// The rows.
    public var rows: [Row]

    /// Describes a panel.
    public init(title: String, caption: String, axis: Axis, rows: [Row]) {
      self.title = title
      self.caption = caption
      self.axis = axis
      self.rows = rows
    }
  }
}
