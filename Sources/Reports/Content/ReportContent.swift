import Comparison

/// What a report shows, as plain data: nothing in it knows of runs, tensors or HTML.
///
/// Parts that are empty are left out of the page; ``notes`` say why where a reader would look for them. Every text is
/// plain text: the renderer escapes it.
package struct ReportContent: Codable, Sendable {
  /// The parts of a report, in their order on the page.
  package enum Section: String, Codable, Sendable, CaseIterable {
    /// ``ReportContent/tables`` and ``ReportContent/pairings``.
    case scores
    /// ``ReportContent/curves``.
    case curves
    /// ``ReportContent/fronts``.
    case fronts
    /// ``ReportContent/latentMatch``.
    case latentMatch
    /// ``ReportContent/strips``.
    case pictures
    /// ``ReportContent/views``.
    case views
    /// ``ReportContent/cells``.
    case cells
  }

  /// A thing and its value, as in "data" and "CIFAR-10, 45,000 images".
  package struct Fact: Codable, Sendable {
    /// What it is.
    package var name: String
    /// Its value.
    package var value: String

    /// States a fact.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A sentence that stands at the top of a section.
  package struct Note: Codable, Sendable {
    /// Where it stands; `nil` for the top of the page.
    package var section: Section?
    /// What it says, as in "reconstructions are left out: the images have moved".
    package var text: String
    /// Whether the reader must heed it to read the section right.
    package var isWarning: Bool

    /// Writes a note.
    package init(_ text: String, in section: Section? = nil, isWarning: Bool = false) {
      self.section = section
      self.text = text
      self.isWarning = isWarning
    }
  }

  /// A statement about what cells share, and whether it holds.
  package struct Pairing: Codable, Sendable {
    /// What was compared, as in "first weights equal over the regularizers of a seed".
    package var statement: String
    /// Whether it was found so.
    package var holds: Bool
    /// The digests or values that were compared, or who differs.
    package var detail: String?

    /// States what was found.
    package init(_ statement: String, holds: Bool, detail: String? = nil) {
      self.statement = statement
      self.holds = holds
      self.detail = detail
    }
  }

  /// The name of the ablation or of the run.
  package var title: String
  /// One line below the title.
  package var subtitle: String?
  /// Data, prior, networks, steps, seeds, machine, version: what all cells share.
  package var facts: [Fact]
  /// What was compared, what can be said, what cannot. One paragraph each.
  package var summary: [String]
  /// Remarks and warnings.
  package var notes: [Note]
  /// The groups of cells that are compared, as in the regularizers. A group keeps one colour, dash and marker in all
  /// figures, by its place here.
  package var groups: [String]
  /// The comparison first; further tables as needed.
  package var tables: [Table]
  /// What the cells of a seed share.
  package var pairings: [Pairing]
  /// Values over steps.
  package var curves: [LineChart]
  /// Reconstruction against latent match against sample score.
  package var fronts: [ScatterChart]
  /// Scores of latent match beside what the prior itself gets, a panel for each measure.
  package var latentMatch: [NullChart]
  /// Samples, reconstructions, interpolations.
  package var strips: [PictureStrip]
  /// Codes against the prior.
  package var views: [ViewSet]
  /// The cells, failed ones too.
  package var cells: [Cell]
  /// The command that made the report.
  package var command: String?
  /// Lines at the foot: the program's version, the date.
  package var colophon: [String]

  /// Starts a report; parts are added to its properties.
  package init(title: String, subtitle: String? = nil, groups: [String] = []) {
    self.title = title
    self.subtitle = subtitle
    self.groups = groups
    facts = []
    summary = []
    notes = []
    tables = []
    pairings = []
    curves = []
    fronts = []
    latentMatch = []
    strips = []
    views = []
    cells = []
    colophon = []
  }
}
