import Foundation
import Reports
import Testing

@Suite("A report is one sound page")
struct RendererTests {
  @Test("the page is well-formed and shows every part")
  func parts() throws {
    let page = try Page(Page.demo())
    #expect(page.failure == nil)
    #expect(page.elements("img").count == 90)
    #expect(page.elements("figure").count == 10)
    #expect(page.elements("details").filter { $0.attributes["class"]?.hasPrefix("cell") == true }.count == 12)
    for section in ReportContent.Section.allCases {
      #expect(page.elements("section").contains { $0.attributes["id"] == section.rawValue.lowercased() })
    }
    for words in ["seed 2: not finite at step 812", "1 of 12 runs failed", "Does not hold", "more is better"]
    {
      #expect(page.text.contains(words), "\(words)")
    }
  }

  @Test("an empty report and one of a single run are pages as well")
  func sparse() throws {
    var content = ReportContent(title: "run")
    #expect(try Page(content).failure == nil)
    content.notes = [.init("no checkpoint yet", in: .pictures)]
    content.curves = [
      .init(title: "loss", caption: "", horizontal: .init("step"), vertical: .init("loss"), series: [])
    ]
    let page = try Page(content)
    #expect(page.failure == nil)
    #expect(page.text.contains("no checkpoint yet"))
    #expect(page.elements("section").map { $0.attributes["id"] } == ["summary", "curves", "pictures"])
  }

  @Test("texts of any kind are shown as they are and nothing of them becomes markup")
  func escaping() throws {
    let hostile = "</style></script><script>alert('1')</script> & \"ä\" {{title}} 日本 🙂 \u{1}"
    var content = try Page.demo()
    content.groups = [hostile]
    content.title = hostile
    content.summary = [hostile]
    content.facts = [.init(hostile, hostile)]
    content.notes = [.init(hostile), .init(hostile, in: .fronts)]
    content.pairings = [.init(hostile, holds: true, detail: hostile)]
    content.tables[0].title = hostile
    content.tables[0].columns[0].title = hostile
    content.tables[0].rows[0].label = hostile
    content.tables[0].rows[0].values[0] = .init(text: hostile)
    content.curves[0].series[0].label = hostile
    content.curves[0].vertical.title = hostile
    content.fronts[0].points[0].label = hostile
    content.latentMatch[0].rows[0].label = hostile
    content.strips[0].rows[0].label = hostile
    content.strips[0].rows[0].pictures[0].alternative = hostile
    content.views[1].panels[0].label = hostile
    content.cells[0].name = hostile
    content.cells[0].command = hostile
    content.cells[0].configuration[0] = .init(hostile, hostile)
    let page = try Page(content)
    #expect(page.failure == nil)
    #expect(page.elements("script").count == 1)
    #expect(page.text.contains(hostile.replacing("\u{1}", with: "\u{FFFD}")))
    #expect(!page.html.contains("alert('1')</script>"))
  }

  @Test("values that are not finite are told in words and leave the drawing sound")
  func notFinite() throws {
    var content = try Page.demo()
    content.tables[0].rows[0].values[0] = .init(.nan, lower: -.infinity, upper: .infinity)
    content.curves[0].series[0].points = [.init(0, .nan), .init(1, .infinity), .init(.nan, 1)]
    content.curves[1].series[0].points = [.init(0, 0), .init(1, -1)]
    content.fronts[0].points[0].x = .nan
    content.latentMatch[0].rows[0].values = [.nan]
    content.views[1].panels[0].map.values[1000] = .nan
    let page = try Page(content)
    #expect(page.failure == nil)
    #expect(page.text.contains("not a number"))
    let drawn = page.elements.compactMap { $0.attributes["d"] ?? $0.attributes["x"] }
    #expect(drawn.count > 100)
    #expect(drawn.allSatisfy { !$0.contains("nan") && !$0.contains("inf") })
  }

  @Test("nothing is asked of the network")
  func offline() throws {
    let page = try Page(Page.demo())
    let addresses = page.elements.flatMap { element in
      ["src", "href", "xlink:href", "action", "data", "poster", "srcset"].compactMap {
        element.attributes[$0]
      }
    }
    #expect(addresses.allSatisfy { $0.hasPrefix("data:") || $0.hasPrefix("#") })
    #expect(page.elements("iframe").isEmpty && page.elements("object").isEmpty)
    for word in ["@import", "url(", "fetch(", "XMLHttpRequest", "import("] {
      #expect(!page.html.contains(word), "\(word)")
    }
  }

  @Test("every figure has words, every id is its own, and every reference to one is met")
  func accessible() throws {
    let page = try Page(Page.demo())
    let ids = page.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    let references = page.elements.flatMap { element in
      [
        element.attributes["aria-labelledby"],
        element.attributes["href"].map { String($0.drop { $0 == "#" }) },
      ]
      .compactMap { $0 }.filter { !$0.hasPrefix("data:") }
    }
    #expect(references.count > 20)
    #expect(references.allSatisfy { ids.contains($0) })
    let pictures = page.elements.filter { ["img", "svg"].contains($0.name) }
    let nameless = pictures.filter { element in
      let words = element.attributes[element.name == "img" ? "alt" : "aria-label"] ?? ""
      return words.isEmpty && element.attributes["aria-hidden"] != "true"
    }
    #expect(nameless.isEmpty)
    let regions = page.elements.filter { $0.attributes["class"]?.contains("scroll") == true }
    #expect(regions.allSatisfy { $0.attributes["tabindex"] == "0" && $0.attributes["role"] == "region" })
    let levels = page.elements.compactMap { element in
      element.name.count == 2 && element.name.hasPrefix("h") ? Int(element.name.suffix(1)) : nil
    }
    #expect(levels.first == 1)
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
  }

  @Test("a report of 24 runs with 256 pictures of 64 pixels stays small and is made at once")
  func size() throws {
    var content = try Page.demo()
    content.cells += content.cells
    content.curves += content.curves + content.curves
    content.views += [content.views[1], content.views[1]]
    let noise = Data((0..<9000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
    let picture = ReportContent.Picture(png: noise, width: 64, height: 64)
    content.strips = [
      .init(
        title: "Samples", caption: "", columnName: "code",
        rows: (0..<24).map { .init("group \($0)", pictures: .init(repeating: picture, count: 11)) })
    ]
    let clock = ContinuousClock()
    var page = ""
    let time = try clock.measure { page = try ReportRenderer.html(content) }
    #expect(page.utf8.count < 6_000_000)
    #expect(time < .seconds(5))
  }

  private static let demoPath = ProcessInfo.processInfo.environment["MOCA_REPORT_DEMO"]

  @Test("the demo is left where MOCA_REPORT_DEMO says, to be looked at", .enabled(if: demoPath != nil))
  func demo() throws {
    let path = try #require(Self.demoPath)
    try ReportRenderer.html(Page.demo()).write(toFile: path, atomically: true, encoding: .utf8)
    #expect(FileManager.default.fileExists(atPath: path))
  }
}
