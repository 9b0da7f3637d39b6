/// What the templates show: a report with its figures drawn and everything numbered.
struct PageFields {
  typealias Fields = Templates.Fields

  let content: ReportContent
  let styles: GroupStyles
  private var tableCount = 0
  private var figureCount = 0

  /// Lays out a report.
  init(_ content: ReportContent) {
    self.content = content
    styles = GroupStyles(content.groups)
  }

  /// The fields of the whole page.
  mutating func fields() -> Fields {
    let sections = ReportContent.Section.allCases.compactMap { section($0) }
    let remarks = content.notes.filter { $0.section == nil }
    return [
      "pageTitle": Templates.clean(content.title), "subtitle": Templates.optional(content.subtitle),
      "style": Templates.style, "script": Templates.script, "facts": Templates.fields(of: content.facts),
      "summary": content.summary.map(Templates.clean), "pageNotes": Self.fields(of: remarks),
      "sections": sections, "colophon": content.colophon.map(Templates.clean),
      "pageCommand": Templates.optional(content.command),
    ]
  }

  /// The number of the next table.
  mutating func nextTable() -> Int {
    tableCount += 1
    return tableCount
  }

  /// The number of the next figure.
  mutating func nextFigure() -> Int {
    figureCount += 1
    return figureCount
  }

  private mutating func section(_ section: ReportContent.Section) -> Fields? {
    let notes = content.notes.filter { $0.section == section }
    let (name, parts): (String, [Fields]) =
      switch section {
      case .scores: ("tables", content.tables.map { table($0) })
      case .curves: ("figures", content.curves.map { figure($0) })
      case .fronts: ("figures", content.fronts.map { figure($0) })
      case .latentMatch: ("figures", content.latentMatch.map { figure($0) })
      case .pictures: ("strips", content.strips.map { strip($0) })
      case .views: ("viewSets", content.views.map { viewSet($0) })
      case .cells: ("cells", cells())
      }
    let pairings = section == .scores ? content.pairings.map(Self.fields) : []
    guard !parts.isEmpty || !pairings.isEmpty || !notes.isEmpty else { return nil }
    let coloursGroups = name == "figures" || name == "viewSets"
    var fields: Fields = [
      "sectionId": section.rawValue.lowercased(), "sectionTitle": Self.title(section),
      "notes": Self.fields(of: notes), "tables": [Fields](), "pairings": pairings,
      "hasPairings": !pairings.isEmpty,
      "hasKey": coloursGroups && !parts.isEmpty && !content.groups.isEmpty, "key": key, "figures": [Fields](),
      "hasFigures": name == "figures" && !parts.isEmpty, "strips": [Fields](), "viewSets": [Fields](),
      "cells": [Fields](), "hasCells": name == "cells" && parts.count > 1,
    ]
    fields[name] = parts
    return fields
  }

  private var key: [Fields] {
    content.groups.map { group in
      let name = styles.name(group, in: group)
      return [
        "keySwatch": styles[group].swatch, "keyLetter": name == group ? false : name,
        "keyLabel": Templates.clean(group),
      ]
    }
  }

  private static func title(_ section: ReportContent.Section) -> String {
    switch section {
    case .scores: "Scores"
    case .curves: "Training"
    case .fronts: "Trade-offs"
    case .latentMatch: "Match of codes and prior"
    case .pictures: "Pictures"
    case .views: "Views of the codes"
    case .cells: "Runs"
    }
  }

  private static func fields(of notes: [ReportContent.Note]) -> [Fields] {
    notes.map { ["noteText": Templates.clean($0.text), "isWarning": $0.isWarning] }
  }

  private static func fields(of pairing: ReportContent.Pairing) -> Fields {
    [
      "statement": Templates.clean(pairing.statement), "holds": pairing.holds,
      "pairingDetail": Templates.optional(pairing.detail),
    ]
  }
}
