import Foundation

extension ReportContent {
  /// A picture as the bytes of a PNG file.
  package struct Picture: Codable, Sendable {
    /// The PNG.
    package var png: Data
    /// Its width in pixels.
    package var width: Int
    /// Its height in pixels.
    package var height: Int
    /// What it shows, for those who do not see it; `nil` lets the strip say it by row and column.
    package var alternative: String?

    /// Holds a picture.
    package init(png: Data, width: Int, height: Int, alternative: String? = nil) {
      self.png = png
      self.width = width
      self.height = height
      self.alternative = alternative
    }
  }

  /// Rows of pictures whose columns belong together: samples from the same codes, or reconstructions of the same
  /// images.
  package struct PictureStrip: Codable, Sendable {
    /// A row.
    package struct Row: Codable, Sendable {
      /// What stands before it, as in "originals" or the regularizer.
      package var label: String
      /// The group; `nil` for a reference, as the originals are.
      package var group: String?
      /// A second line below the label, as in "seed 0".
      package var remark: String?
      /// One picture for each column.
      package var pictures: [Picture]

      /// Describes a row.
      package init(_ label: String, group: String? = nil, remark: String? = nil, pictures: [Picture]) {
        self.label = label
        self.group = group
        self.remark = remark
        self.pictures = pictures
      }
    }

    /// The heading, as in "Samples".
    package var title: String
    /// What the columns share and what to look for.
    package var caption: String
    /// What a column is, as in "code" or "image": alternative texts count it.
    package var columnName: String
    /// Headings of the columns; empty for numbers.
    package var columnTitles: [String]
    /// The rows, a reference first.
    package var rows: [Row]

    /// Describes a strip.
    package init(
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
  package struct ViewSet: Codable, Sendable {
    /// A view of one group.
    package struct Panel: Codable, Sendable {
      /// What it is called.
      package var label: String
      /// The group; `nil` for the prior itself.
      package var group: String?
      /// The picture.
      package var map: HeatMap

      /// Describes a panel.
      package init(_ label: String, group: String? = nil, map: HeatMap) {
        self.label = label
        self.group = group
        self.map = map
      }
    }

    /// The heading, as in "Directions of the codes".
    package var title: String
    /// What is seen, and what would be seen at a match.
    package var caption: String
    /// Lines over one variable, as in the density of angles beside the prior's distribution.
    package var charts: [LineChart]
    /// Heat maps; all of a set share the scale of colours.
    package var panels: [Panel]

    /// Describes a set.
    package init(title: String, caption: String, charts: [LineChart] = [], panels: [Panel] = []) {
      self.title = title
      self.caption = caption
      self.charts = charts
      self.panels = panels
    }
  }

  /// Densities over a plane.
  package struct HeatMap: Codable, Sendable {
    /// A line over the map, as in a contour of the prior or a meridian.
    package struct Line: Codable, Sendable {
      /// Its corners, x then y of each.
      package var points: [[Double]]
      /// Whether it is a faint guide rather than a reference to compare with.
      package var isGuide: Bool

      /// Describes a line.
      package init(_ points: [[Double]], isGuide: Bool = false) {
        self.points = points
        self.isGuide = isGuide
      }
    }

    /// Values in a row.
    package var columns: Int
    /// Densities, row by row, the top row first; `nil` outside of the map.
    package var values: [Double?]
    /// What the colour stands for, with its unit, as in "density relative to the prior's".
    package var valueTitle: String
    /// The value that a match would show everywhere, marked in the colour bar, as in 1 for a relative density.
    package var expected: Double?
    /// The horizontal axis; its minimum and maximum are the map's edges. `nil` draws no ticks.
    package var horizontal: Axis?
    /// The vertical axis; its minimum and maximum are the map's edges. `nil` draws no ticks.
    package var vertical: Axis?
    /// Left and right edge in the coordinates of ``lines``.
    package var xRange: [Double]
    /// Lower and upper edge in the coordinates of ``lines``.
    package var yRange: [Double]
    /// Lines over the map.
    package var lines: [Line]
    /// What it shows, for those who do not see it.
    package var alternative: String?

    /// Describes a map.
    package init(
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
