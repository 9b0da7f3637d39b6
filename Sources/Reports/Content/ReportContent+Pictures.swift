import Foundation

extension ReportContent {
  /// A picture as the bytes of a PNG file.
  public struct Picture: Codable, Sendable {
    /// The PNG.
    public var png: Data
    /// Its width in pixels.
    public var width: Int
    /// Its height in pixels.
    public var height: Int
    /// What it shows, for those who do not see it; `nil` lets the strip say it by row and column.
    public var alternative: String?

    /// Holds a picture.
    public init(png: Data, width: Int, height: Int, alternative: String? = nil) {
      self.png = png
      self.width = width
      self.height = height
      self.alternative = alternative
    }
  }

  /// Rows of pictures whose columns belong together: samples from the same codes, or reconstructions of the same
  /// images.
  public struct PictureStrip: Codable, Sendable {
    /// A row.
    public struct Row: Codable, Sendable {
      /// What stands before it, as in "originals" or the regularizer.
      public var label: String
      /// The group; `nil` for a reference, as the originals are.
      public var group: String?
      /// A second line below the label, as in "seed 0".
      public var remark: String?
      /// One picture for each column.
      public var pictures: [Picture]

      /// Describes a row.
      public init(_ label: String, group: String? = nil, remark: String? = nil, pictures: [Picture]) {
        self.label = label
        self.group = group
        self.remark = remark
        self.pictures = pictures
      }
    }

    /// The heading, as in "Samples".
    public var title: String
    /// What the columns share and what to look for.
    public var caption: String
    /// What a column is, as in "code" or "image": alternative texts count it.
    public var columnName: String
    /// Headings of the columns; empty for numbers.
    public var columnTitles: [String]
    /// The rows, a reference first.
    public var rows: [Row]

    /// Describes a strip.
    public init(
      title: String, caption: String, columnName: String, columnTitles: [String] = [], rows: [Row]
    ) {
      self.title = title
      self.caption = caption
      self.columnName = columnName
      self.columnTitles = columnTitles
      self.rows = rows
    }
  }

  /// Small pictures of codes side by side, one for each group, with one scale.
  public struct ViewSet: Codable, Sendable {
    /// A view of one group.
    public struct Panel: Codable, Sendable {
      /// What it is called.
      public var label: String
      /// The group; `nil` for the prior itself.
      public var group: String?
      /// The picture.
      public var map: HeatMap

      /// Describes a panel.
      public init(_ label: String, group: String? = nil, map: HeatMap) {
        self.label = label
        self.group = group
        self.map = map
      }
    }

    /// The heading, as in "Directions of the codes".
    public var title: String
    /// What is seen, and what would be seen at a match.
    public var caption: String
    /// Lines over one variable, as in the density of angles beside the prior's distribution.
    public var charts: [LineChart]
    /// Heat maps; all of a set share the scale of colours.
    public var panels: [Panel]

    /// Describes a set.
    public init(title: String, caption: String, charts: [LineChart] = [], panels: [Panel] = []) {
      self.title = title
      self.caption = caption
      self.charts = charts
      self.panels = panels
    }
  }

  /// Densities over a plane.
  public struct HeatMap: Codable, Sendable {
    /// A line over the map, as in a contour of the prior or a meridian.
    public struct Line: Codable, Sendable {
      /// Its corners, x then y of each.
      public var points: [[Double]]
      /// Whether it is a faint guide rather than a reference to compare with.
      public var isGuide: Bool

      /// Describes a line.
      public init(_ points: [[Double]], isGuide: Bool = false) {
        self.points = points
        self.isGuide = isGuide
      }
    }

    /// Values in a row.
    public var columns: Int
    /// Densities, row by row, the top row first; `nil` outside of the map.
    public var values: [Double?]
    /// What the colour stands for, with its unit, as in "density relative to the prior's".
    public var valueTitle: String
    /// The value that a match would show everywhere, marked in the colour bar, as in 1 for a relative density.
    public var expected: Double?
    /// The horizontal axis; its minimum and maximum are the map's edges. `nil` draws no ticks.
    public var horizontal: Axis?
    /// The vertical axis; its minimum and maximum are the map's edges. `nil` draws no ticks.
    public var vertical: Axis?
    /// Left and right edge in the coordinates of ``lines``.
    public var xRange: [Double]
    /// Lower and upper edge in the coordinates of ``lines``.
    public var yRange: [Double]
    /// Lines over the map.
    public var lines: [Line]
    /// What it shows, for those who do not see it.
    public var alternative: String?

    /// Describes a map.
    public init(
      columns: Int, values: [Double?], valueTitle: String, expected: Double? = nil, horizontal: Axis? = nil,
      vertical: Axis? = nil, xRange: [Double], yRange: [Double], lines: [Line] = [],
      alternative: String? = nil
    ) {
      self.columns = columns
      self.values = values
      self.valueTitle = valueTitle
      self.expected = expected
      self.horizontal = horizontal
      self.vertical = vertical
      self.xRange = xRange
      self.yRange = yRange
      self.lines = lines
      self.alternative = alternative
    }
  }
}
