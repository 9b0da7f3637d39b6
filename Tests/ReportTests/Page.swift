import Datasets
import Foundation
import PluginKit
import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A rendered report, read again by a strict XML parser.
final class Page: NSObject, XMLParserDelegate {
  /// An element of the page.
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The names of the elements that it stands in.
    let path: [String]
  }

  let html: String
  private(set) var elements: [Element] = []
  private(set) var text = ""
  private(set) var failure: String?
  private var path: [String] = []

  init(_ content: ReportContent) throws {
    html = try ReportRenderer.html(content)
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    if !parser.parse() { failure = "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "")" }
  }

  /// The demo report.
  static func demo() throws -> ReportContent {
    try DemoContent { bytes, size in
      Data(try PNG.encode(bytes: bytes, shape: ImageShape(channels: 3, height: size, width: size)))
    }.content()
  }

  func elements(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(Element(name: name, attributes: attributes, path: path))
    path.append(name)
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    path.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if path.last != "style", path.last != "script" { text += string }
  }
}
