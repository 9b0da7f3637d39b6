import Comparison
import Evaluation
import Foundation
import MoCAProtocols
import Runner

/// Gathers what a report shows from runs: scores, curves, pictures, views of codes, cells.
///
/// What cannot be had, as pictures of a run without a checkpoint, is left out with a note; a report is made of whatever
/// is there.
package struct ReportBuilder {
  /// What is asked for.
  package struct Options: Sendable {
    /// Keys to group runs by; empty for all axes but the seed's.
    package var keys: [String] = []
    /// Pictures in a row.
    package var columns = 10
    /// Settings of the dataset that stand over those of the runs, as for images that have moved.
    package var dataset = ConfigurationValue.empty
    /// Where models compute.
    package var device = Device.cpu
    /// The command that asks for the report, for its foot.
    package var command: String?
    /// How a reader fills a part of the page that is empty, where whoever makes the page can tell.
    package var advice: [Gap: String] = [:]

    /// Ten pictures in a row, of all groups.
    package init() {}
  }

  /// A part of the page that is empty for want of scores.
  package enum Gap: Sendable {
    /// The table of scores.
    case scores
    /// The codes against the prior.
    case latentMatch
  }

  let collection: RunCollection
  let options: Options
  let catalogs: Catalogs
  let progress: ProgressHandler

  /// Groups that get pictures, at most.
  static let shownGroups = 24
  /// Bytes that all pictures together may take, about.
  static let pictureBytes = 8_000_000

  /// Prepares; no model is read yet.
  package init(
    _ collection: RunCollection, options: Options = Options(), catalogs: Catalogs,
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) {
    self.collection = collection
    self.options = options
    self.catalogs = catalogs
    self.progress = progress
  }

  /// Gathers everything.
  ///
  /// - Throws: `ComparisonError` for keys in which the runs do not differ.
  package func content() throws -> ReportContent {
    let comparison = try comparison()
    let groups = ReportGroup.groups(of: collection, in: comparison.value)
    var content = ReportContent(title: title, subtitle: subtitle(groups), groups: groups.map(\.label))
    content.facts = SharedFacts(runs: collection.runs).facts
    content.curves = CurveCharts(groups: groups).charts
    content.latentMatch = LatentMatchCharts(groups: groups).charts
    content.cells = CellList(collection: collection, groups: groups).cells
    content.notes += comparison.notes.map { .init($0, in: .scores) }
    comparison.value.map { ComparisonTables(comparison: $0).add(to: &content) }
    addPictures(groups, to: &content)
    addGaps(to: &content)
    content.command = options.command
    content.colophon = ["Made by MoCA \(RunRecord.programVersion) from \(collection.runs.count) run folders."]
    return content
  }

  private var title: String {
    if let ablation = collection.ablation { return ablation.url.lastPathComponent }
    return collection.runs.count == 1 ? collection.runs[0].name : "\(collection.runs.count) runs"
  }

  private func subtitle(_ groups: [ReportGroup]) -> String? {
    if collection.runs.count == 1 {
      return collection.runs[0].regularizer.map { "One run of the regularizer \($0)" }
    }
    let varied = collection.axes.filter { axis in Set(collection.runs.map { $0[axis] ?? "" }).count > 1 }
    let axes = varied.isEmpty ? "" : ", differing in \(varied.joined(separator: ", "))"
    return "\(collection.runs.count) runs in \(groups.count) group\(groups.count == 1 ? "" : "s")\(axes)"
  }

  /// Says where a part would be and why it is not.
  private func addGaps(to content: inout ReportContent) {
    if content.curves.isEmpty { content.notes.append(.init("No run has logged a step yet.", in: .curves)) }
    if content.latentMatch.isEmpty {
      content.notes.append(
        .init(
          "No run has scores of its codes against the prior\(advice(.latentMatch)).", in: .latentMatch))
    }
    for cell in content.cells where cell.standing == .failed {
      let reason = cell.reason.map { ": \($0)" } ?? ""
      content.notes.append(
        .init("\(cell.name) ended as \(cell.state)\(reason).", in: .scores, isWarning: true))
    }
  }
}

extension ReportBuilder {
  /// The comparison, or why there is none.
  private func comparison() throws -> (value: Comparison?, notes: [String]) {
    var choice = Comparison.Options()
    choice.keys = options.keys.isEmpty ? nil : options.keys
    choice.takesAll = collection.runs.count == 1
    do {
      return (try Comparison(collection, options: choice, regularizers: catalogs.regularizers), [])
    } catch ComparisonError.noScores {
      return (nil, ["There are no scores: \(ComparisonError.noScores)\(advice(.scores))."])
    } catch let error as EvaluationError {
      return (nil, ["Scores are left out: \(error)."])
    }
  }

  private func advice(_ gap: Gap) -> String { options.advice[gap] ?? "" }

  private func addPictures(_ groups: [ReportGroup], to content: inout ReportContent) {
    let shown = groups.filter { $0.shown != nil }.prefix(Self.shownGroups)
    if groups.count > Self.shownGroups {
      content.notes.append(
        .init("Pictures are of the first \(Self.shownGroups) of \(groups.count) groups.", in: .pictures))
    }
    let gallery = PictureGallery(
      columns: options.columns, limit: pictureLimit(groups: shown.count), dataset: options.dataset,
      catalogs: catalogs, device: options.device, progress: progress)
    let entries = shown.enumerated().compactMap { index, group -> PictureStrips.Entry? in
      guard let run = group.shown, let stored = run.run else { return nil }
      defer { progress(index + 1, shown.count, "pictures") }
      do {
        let pictures = try gallery.pictures(of: stored)
        content.notes += pictures.notes.map { .init("\(run.name): \($0).", in: .pictures) }
        return PictureStrips.Entry(group: group, run: run, pictures: pictures)
      } catch {
        content.notes.append(.init("\(run.name) has no pictures: \(Self.words(error)).", in: .pictures))
        return nil
      }
    }
    content.strips = PictureStrips(entries: entries, pairs: gallery.pairs).strips
    content.views = CodeViews(entries: entries).sets
    if entries.isEmpty, content.notes.allSatisfy({ $0.section != .pictures }) {
      content.notes.append(.init("No run has begun; there are no pictures yet.", in: .pictures))
    }
  }

  /// The longest side of a picture, so that all of them together stay small.
  private func pictureLimit(groups: Int) -> Int {
    let pictures = (4 * max(groups, 1) + 1) * options.columns
    return max(32, min(128, Int((Double(Self.pictureBytes) / Double(3 * pictures)).squareRoot())))
  }

  static func words(_ error: any Error) -> String {
    let words = "\(error)"
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }
}
