import Mustache

/// Makes one HTML file of a report: no other file, no network, readable without scripts.
package enum ReportRenderer {
  /// The page.
  ///
  /// - Throws: an error of the template library where a template is damaged.
  package static func html(_ content: ReportContent) throws -> String {
    var page = PageFields(content)
    return try Templates.page().render(page.fields(), library: Templates.parts())
  }
}
