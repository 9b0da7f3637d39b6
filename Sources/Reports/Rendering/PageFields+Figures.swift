extension PageFields {
  private typealias Values = [(label: String, values: [String])]

  /// The fields of a line chart.
  mutating func figure(_ chart: ReportContent.LineChart) -> Fields {
    let drawing = LineChartDrawing(chart, styles: styles)
    return figure(
      title: chart.title, caption: chart.caption, graphics: [drawing.svg],
      columns: ["first", "lowest", "last"], values: drawing.values)
  }

  /// The fields of a scatter chart.
  mutating func figure(_ chart: ReportContent.ScatterChart) -> Fields {
    let drawing = ScatterDrawing(chart, styles: styles)
    return figure(
      title: chart.title, caption: chart.caption, graphics: [drawing.svg],
      columns: [chart.horizontal.title, chart.vertical.title, "front"], values: drawing.values)
  }

  /// The fields of a panel of values beside their null.
  mutating func figure(_ chart: ReportContent.NullChart) -> Fields {
    let drawing = NullDrawing(chart, styles: styles)
    return figure(
      title: chart.title, caption: chart.caption, graphics: [drawing.svg],
      columns: ["value of each seed", "null: median [95 %]", "p"], values: drawing.values)
  }

  /// The fields of a set of views.
  mutating func viewSet(_ set: ReportContent.ViewSet) -> Fields {
    let charts = set.charts.map { figure($0) }
    var maps: [Fields] = []
    if !set.panels.isEmpty {
      let scale = ColourScale(set.panels.map(\.map))
      let graphics = set.panels.map { panel -> Fields in
        let drawing = HeatMapDrawing(panel.map, scale: scale, label: panel.label)
        return [
          "svg": drawing.svg, "panelLabel": Templates.clean(panel.label),
          "panelSwatch": panel.group == nil ? "" : styles[panel.group].swatch, "hasPanelLabel": true,
        ]
      }
      var figure = figure(title: set.title, caption: set.caption, graphics: [], columns: [], values: [])
      figure["graphics"] = graphics
      figure["isMaps"] = true
      figure["bar"] = scale.bar
      maps = [figure]
    }
    return [
      "setTitle": Templates.clean(set.title),
      "setCaption": Templates.optional(maps.isEmpty ? set.caption : nil),
      "setFigures": charts, "hasSetFigures": !charts.isEmpty, "setMaps": maps,
    ]
  }

  /// The fields of a strip of pictures.
  mutating func strip(_ strip: ReportContent.PictureStrip) -> Fields {
    let number = nextFigure()
    let count = strip.rows.map(\.pictures.count).max() ?? 0
    let titles = strip.columnTitles.count == count ? strip.columnTitles : (0..<count).map { String($0 + 1) }
    let rows = strip.rows.map { row -> Fields in
      let pictures = row.pictures.enumerated().map { index, picture -> Fields in
        [
          "source": "data:image/png;base64," + picture.png.base64EncodedString(), "width": picture.width,
          "height": picture.height, "isSmall": picture.width < 128,
          "alternative": Templates.clean(
            picture.alternative ?? "\(row.label), \(strip.columnName) \(titles[index])"),
        ]
      }
      return [
        "stripLabel": Templates.clean(row.label),
        "stripSwatch": row.group == nil ? "" : styles[row.group].swatch,
        "stripRemark": Templates.optional(row.remark), "pictures": pictures,
        "fill": [Bool](repeating: true, count: count - row.pictures.count),
      ]
    }
    return [
      "stripId": "figure-\(number)", "stripNumber": number, "stripTitle": Templates.clean(strip.title),
      "stripCaption": Templates.clean(strip.caption), "stripColumns": titles.map(Templates.clean),
      "columnName": Templates.clean(strip.columnName), "stripRows": rows, "columnCount": count,
    ]
  }

  private mutating func figure(
    title: String, caption: String, graphics: [String], columns: [String], values: Values
  ) -> Fields {
    let number = nextFigure()
    return [
      "figureId": "figure-\(number)", "figureNumber": number, "figureTitle": Templates.clean(title),
      "figureCaption": Templates.clean(caption), "isMaps": false, "bar": "",
      "graphics": graphics.map { svg -> Fields in ["svg": svg, "hasPanelLabel": false] },
      "hasFigureValues": !values.isEmpty, "figureColumns": columns.map(Templates.clean),
      "figureRows": values.map { row -> Fields in
        ["figureLabel": Templates.clean(row.label), "figureValues": row.values.map(Templates.clean)]
      },
    ]
  }
}
