import Foundation
import Reports
import Testing

/// What the drawings say, read off the page.
@Suite("Figures and tables say what their content says")
struct FigureTests {
  private func page(_ fill: (inout ReportContent) -> Void) throws -> Page {
    var content = ReportContent(title: "report", groups: ["moca", "mmd"])
    fill(&content)
    let page = try Page(content)
    #expect(page.failure == nil)
    return page
  }

  /// The labels of the ticks along both axes, the vertical one first.
  private func ticks(_ vertical: ReportContent.Axis, _ values: [Double]) throws -> [String] {
    let page = try page { content in
      let points = values.enumerated().map { ReportContent.LineChart.Point(Double($0), $1) }
      content.curves = [
        .init(
          title: "t", caption: "", horizontal: .init("step"), vertical: vertical,
          series: [.init("moca", group: "moca", points: points)])
      ]
    }
    return page.html.matches(of: /class="tick" text-anchor="end">([^<]*)</).map { String($0.1) }
  }

  @Test(
    "ticks stand at round values",
    arguments: [
      ([0, 100], false, ["0", "20", "40", "60", "80", "100"]),
      ([0.0102, 0.0118], false, ["0.0105", "0.0110", "0.0115"]),
      ([-1, 1], false, ["−1.0", "−0.5", "0", "0.5", "1.0"]),
      ([1, 1000], true, ["1", "10", "100", "1,000"]),
      ([1e-7, 1], true, ["10⁻⁶", "10⁻⁴", "0.01", "1"]),
      ([5, 5], false, ["4.6", "4.8", "5.0", "5.2", "5.4"]),
    ])
  func ticks(values: [Double], isLogarithmic: Bool, expected: [String]) throws {
    #expect(try ticks(.init("loss", isLogarithmic: isLogarithmic), values) == expected)
  }

  @Test("a column shows two digits of its typical interval, and marks are words as well")
  func decimals() throws {
    let page = try page { content in
      content.tables = [
        .init(
          title: "Scores", caption: "", rowTitle: "regularizer",
          columns: [.init("error", direction: .lower), .init("count"), .init("tiny")],
          rows: [
            .init(
              "moca", group: "moca",
              values: [
                .init(31.8432, lower: 31.6, upper: 32.1, mark: .best), .init(45000), .init(2.5e-7),
              ]),
            .init(
              "mmd", group: "mmd", values: [.init(-1.5, lower: -1.7, upper: -1.3, mark: .tied), .init(12)]),
          ])
      ]
    }
    let numbers = page.html.matches(of: /<span class="number">(.*?)<\/span><(?:span class="interval"|\/td)/)
      .map { $0.1.replacing(/<[^>]*>/, with: "") }
    #expect(
      numbers == [
        "◆best: 31.84", "45,000", "2.5 × 10⁻⁷", "◇not told apart from the best: −1.50", "12", "",
      ])
    #expect(page.text.contains("31.60 – 32.10"))
    #expect(page.text.contains("less is better"))
  }

  @Test("a group keeps its colour in every figure, and a reference has none")
  func colours() throws {
    let page = try Page(Page.demo())
    let labels = page.html.matches(of: /class="label ([a-z0-9]+)[^"]*">([^<,]*)/)
    let classes = Dictionary(grouping: labels, by: { String($0.2) }).mapValues {
      Set($0.map { String($0.1) })
    }
    #expect(classes["moca"] == ["g0"])
    #expect(classes["sliced-wasserstein"] == ["g3"])
    #expect(classes["prior"] == ["reference"])
  }

  @Test("groups with long names are called by letters, which the key explains")
  func letters() throws {
    let names = ["momentum-queue, moca, width=16", "momentum-queue, mmd, width=16"]
    let page = try page { content in
      content.groups = names
      content.curves = [
        .init(
          title: "t", caption: "", horizontal: .init("step"), vertical: .init("loss"),
          series: names.map { .init($0, group: $0, points: [.init(0, 1), .init(1, 2)]) })
      ]
    }
    let labels = page.html.matches(of: /class="label [^"]*">([^<]*)/).map { String($0.1) }
    #expect(labels == ["A", "B"])
    #expect(page.text.contains("A" + names[0]) && page.text.contains("B" + names[1]))
  }

  @Test("a line breaks where a value is missing")
  func gaps() throws {
    let page = try page { content in
      content.curves = [
        .init(
          title: "t", caption: "", horizontal: .init("step"), vertical: .init("loss"),
          series: [
            .init(
              "moca", group: "moca",
              points: [.init(0, 1), .init(1, 2), .init(2, nil), .init(3, 1), .init(4, 2)])
          ])
      ]
    }
    let line = page.elements("path").first { $0.attributes["class"] == "line" && $0.path.last == "g" }
    #expect(line?.attributes["d"]?.filter { $0 == "M" }.count == 2)
  }

  @Test("a long curve keeps its spike")
  func spikes() throws {
    let page = try page { content in
      let points = (0..<20000).map { ReportContent.LineChart.Point(Double($0), $0 == 7321 ? 100 : 1) }
      content.curves = [
        .init(
          title: "t", caption: "", horizontal: .init("step"), vertical: .init("loss"),
          series: [.init("moca", group: "moca", points: points)])
      ]
    }
    let line = page.elements("path").first { $0.attributes["class"] == "line" && $0.path.last == "g" }
    let heights = (line?.attributes["d"] ?? "").split { "ML".contains($0) }.compactMap {
      Double($0.split(separator: " ").last ?? "")
    }
    #expect(heights.count <= 700)
    #expect((heights.max() ?? 0) - (heights.min() ?? 0) > 150)
  }

  @Test("the front joins the points that are not dominated, in steps that no point of it beats")
  func front() throws {
    let page = try page { content in
      content.fronts = [
        .init(
          title: "t", caption: "", horizontal: .init("x", direction: .lower),
          vertical: .init("y", direction: .lower),
          points: [
            .init("a", x: 0, y: 2, isDominated: false), .init("b", x: 1, y: 1, isDominated: false),
            .init("c", x: 2, y: 2, isDominated: true), .init("d", x: 2, y: 0, isDominated: false),
          ])
      ]
    }
    let front = page.elements("path").first { $0.attributes["class"] == "front" }?.attributes["d"] ?? ""
    let corners = front.split { "ML".contains($0) }.map { $0.split(separator: " ").compactMap { Double($0) } }
    #expect(corners.count == 5)
    // Down the page is less: each step goes right at the old height, then down.
    for (first, second) in zip(corners, corners.dropFirst()) {
      #expect(second[0] >= first[0] && second[1] >= first[1])
      #expect(second[0] == first[0] || second[1] == first[1])
    }
    #expect(page.text.contains("dominated"))
  }

  @Test("a map leaves out what lies outside of it and shares its scale with its set")
  func maps() throws {
    let map = { (values: [Double?]) in
      ReportContent.HeatMap(
        columns: 2, values: values, valueTitle: "density", expected: 1, xRange: [0, 1], yRange: [0, 1])
    }
    let page = try page { content in
      content.views = [
        .init(
          title: "t", caption: "",
          panels: [
            .init("moca", group: "moca", map: map([nil, 1, 1, nil])), .init("mmd", map: map([4, 4, 4, 4])),
          ])
      ]
    }
    let areas = page.elements("path").filter { $0.attributes["stroke-width"] == "0.12" }
    #expect(areas.map { $0.attributes["d"] } == ["M1 0h1v1h-1zM0 1h1v1h-1z", "M0 0h2v1h-2zM0 1h2v1h-2z"])
    #expect(areas[0].attributes["fill"] != areas[1].attributes["fill"])
    #expect(page.html.contains("a match would show 1 everywhere"))
  }

  @Test("each run tells what differs from the first one")
  func differences() throws {
    let page = try page { content in
      let cell = { (name: String, configuration: [ReportContent.Fact]) in
        ReportContent.Cell(
          name: name, coordinates: [], standing: .finished, state: "done", command: "moca train",
          configuration: configuration)
      }
      content.cells = [
        cell("a", [.init("seed", "0"), .init("steps", "9"), .init("only.a", "x")]),
        cell("b", [.init("seed", "1"), .init("steps", "9"), .init("only.b", "y")]),
      ]
    }
    let rows = page.html.matches(of: /<th scope="row">([^<]*)<\/th><td>([^<]*)<\/td><td>([^<]*)<\/td>/)
    #expect(
      rows.map { [String($0.1), String($0.2), String($0.3)] } == [
        ["seed", "0", "1"], ["only.a", "x", "–"], ["only.b", "–", "y"],
      ])
  }
}
