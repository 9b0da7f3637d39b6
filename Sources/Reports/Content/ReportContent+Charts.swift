extension ReportContent {
  /// An axis of a chart.
  package struct Axis: Codable, Sendable {
    /// What runs along it.
    package var title: String
    /// Its unit.
    package var unit: String?
    /// Whether it is logarithmic; values at or below zero are then left out.
    package var isLogarithmic: Bool
    /// What is better along it; `none` writes nothing.
    package var direction: Table.Direction
    /// The smallest value shown; `nil` leaves it to the data.
    package var minimum: Double?
    /// The largest value shown; `nil` leaves it to the data.
    package var maximum: Double?

    /// Describes an axis.
    package init(
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
  package struct LineChart: Codable, Sendable {
    /// A point of a line.
    package struct Point: Codable, Sendable {
      /// Along the horizontal axis.
      package var x: Double
      /// Along the vertical axis; a value that is not finite breaks the line.
      package var y: Double?
      /// The band's lower end.
      package var lower: Double?
      /// The band's upper end.
      package var upper: Double?

      /// Places a point.
      package init(_ x: Double, _ y: Double?, lower: Double? = nil, upper: Double? = nil) {
        self.x = x
        self.y = y
        self.lower = lower
        self.upper = upper
      }
    }

    /// A line.
    package struct Series: Codable, Sendable {
      /// What it is called beside its end.
      package var label: String
      /// The group that gives its colour; `nil` for a reference, drawn grey and dashed.
      package var group: String?
      /// Its points, from left to right.
      package var points: [Point]

      /// Describes a line.
      package init(_ label: String, group: String? = nil, points: [Point]) {
        self.label = label
        self.group = group
        self.points = points
      }
    }

    /// The heading.
    package var title: String
    /// What is seen, what the band is, and what to look for.
    package var caption: String
    /// The horizontal axis.
    package var horizontal: Axis
    /// The vertical axis.
    package var vertical: Axis
    /// The lines.
    package var series: [Series]

    /// Describes a chart.
    package init(title: String, caption: String, horizontal: Axis, vertical: Axis, series: [Series]) {
      self.title = title
      self.caption = caption
      self.horizontal = horizontal
      self.vertical = vertical
      self.series = series
    }
  }

  /// Points in a plane of two scores, with the front of those that none beats in both.
  package struct ScatterChart: Codable, Sendable {
    /// A cell or the mean of a group's cells.
    package struct Point: Codable, Sendable {
      /// What it is called.
      package var label: String
      /// The group that gives its colour and marker.
      package var group: String?
      /// Along the horizontal axis.
      package var x: Double
      /// Along the vertical axis.
      package var y: Double
      /// Interval of `x`, lower and upper end.
      package var xInterval: [Double]?
      /// Interval of `y`, lower and upper end.
      package var yInterval: [Double]?
      /// Whether another one is as good in both and better in one.
      package var isDominated: Bool

      /// Places a point.
      package init(
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
    package var title: String
    /// What is seen.
    package var caption: String
    /// The horizontal axis; its direction says what is better.
    package var horizontal: Axis
    /// The vertical axis; its direction says what is better.
    package var vertical: Axis
    /// The points; those that are not dominated are joined to the front.
    package var points: [Point]

    /// Describes a chart.
    package init(title: String, caption: String, horizontal: Axis, vertical: Axis, points: [Point]) {
      self.title = title
      self.caption = caption
      self.horizontal = horizontal
      self.vertical = vertical
      self.points = points
    }
  }

  /// Values of one measure beside what draws of the prior itself would give: a row for each group.
  package struct NullChart: Codable, Sendable {
    /// A group's values and its null.
    package struct Row: Codable, Sendable {
      /// What it is called.
      package var label: String
      /// The group that gives its colour.
      package var group: String?
      /// A value for each seed.
      package var values: [Double]
      /// The median under the null.
      package var nullMedian: Double?
      /// The lower end of the null's 95 % band.
      package var nullLower: Double?
      /// The upper end of the null's 95 % band.
      package var nullUpper: Double?
      /// The probability of a value as far out under its own null, for each value; empty where it is not known.
      package var probabilities: [Double]

      /// Describes a row.
      package init(
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
    package var title: String
    /// What it measures and how the null was drawn.
    package var caption: String
    /// The axis of the values.
    package var axis: Axis
    /// The rows.
    package var rows: [Row]

    /// Describes a panel.
    package init(title: String, caption: String, axis: Axis, rows: [Row]) {
      self.title = title
      self.caption = caption
      self.axis = axis
      self.rows = rows
    }
  }
}
