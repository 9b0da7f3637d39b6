import Comparison
import Evaluation
import MoCAProtocols
import Runner

/// Samples, reconstructions and interpolations: a row for each group.
struct PictureStrips {
  /// A group and what its run shows.
  struct Entry {
    let group: ReportGroup
    let run: ComparedRun
    let pictures: RunPictures
  }

  let entries: [Entry]
  /// Which images interpolations lead between.
  let pairs: [(start: Int, end: Int)]

  var strips: [ReportContent.PictureStrip] { samples + reconstructions }

  /// One strip for each distribution of codes.
  private var samples: [ReportContent.PictureStrip] {
    let shown = entries.filter { !$0.pictures.samples.isEmpty }
    let priors = shown.map(\.pictures.prior).uniqued()
    return priors.map { prior in
      let members = shown.filter { $0.pictures.prior == prior }
      let sameness =
        members.count > 1
        ? "The codes of a column are the same in all rows, so that rows differ in what the training made of them."
        : ""
      let others =
        priors.count > 1
        ? " Other priors and latent sizes have strips of their own: their codes come from the same random stream, and "
          + "cannot be the same." : ""
      return .init(
        title: priors.count > 1 ? "Samples, prior \(prior)" : "Samples",
        caption: "Draws of the prior (\(prior)), decoded. \(sameness)\(others)", columnName: "code",
        rows: members.map { row($0, $0.pictures.samples) })
    }
  }

  /// For each set of held-out images their reconstructions and the paths between them.
  private var reconstructions: [ReportContent.PictureStrip] {
    let sets = entries.compactMap(\.pictures.data).uniqued()
    return sets.enumerated().flatMap { number, data -> [ReportContent.PictureStrip] in
      let members = entries.filter { $0.pictures.data == data }
      let suffix = sets.count > 1 ? ", images \(number + 1)" : ""
      let originals = members.first?.pictures.originals ?? []
      let strip = ReportContent.PictureStrip(
        title: "Reconstructions" + suffix,
        caption: "Images of the held-out part, above what each model makes of them.",
        columnName: "image",
        rows: [.init("held-out images", pictures: originals.map(Self.picture))]
          + members.map { row($0, $0.pictures.reconstructions) })
      return [strip] + interpolations(members, suffix)
    }
  }

  private func interpolations(_ members: [Entry], _ suffix: String) -> [ReportContent.PictureStrip] {
    pairs.enumerated().compactMap { index, pair in
      let shown = members.filter { $0.pictures.interpolations.count > index }
      if shown.isEmpty { return nil }
      return .init(
        title: "Interpolation \(index + 1)" + suffix,
        caption:
          "Equal steps from the code of held-out image \(pair.start + 1) to that of image \(pair.end + 1), on a "
          + "path that stays on the prior's support, decoded. A generative latent has no step that looks unlike an "
          + "image.", columnName: "step", rows: shown.map { row($0, $0.pictures.interpolations[index]) })
    }
  }

  private func row(_ entry: Entry, _ thumbnails: [Thumbnail]) -> ReportContent.PictureStrip.Row {
    .init(
      entry.group.label, group: entry.group.label,
      remark: entry.group.runs.count > 1 ? entry.run.seedWords : nil, pictures: thumbnails.map(Self.picture))
  }

  private static func picture(_ thumbnail: Thumbnail) -> ReportContent.Picture {
    .init(png: thumbnail.png, width: thumbnail.width, height: thumbnail.height)
  }
}
