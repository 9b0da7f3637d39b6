import Ablation
import Comparison
import Evaluation
import Extractors
import Files
import Metrics
import MoCAProtocols
import Reports
import Runner

/// An error of the library that this command line can say more about.
protocol Hinted: CustomStringConvertible {
  /// What follows the library's words: the flag or the command that helps. Empty where there is none.
  var hint: String { get }
}

extension Hinted {
  /// The library's words and the hint.
  var message: String { description + hint }
}

extension StorageError: Hinted {
  var hint: String {
    switch self {
    case .exists: " with --run, or continue it with --resume"
    case .missing, .unmarked, .locked, .disk: ""
    }
  }
}

extension StateError: Hinted {
  var hint: String { "; the checkpoint belongs to another configuration or another version" }
}

extension TrainingError: Hinted {
  var hint: String {
    switch self {
    case .differs, .otherData: " with --run"
    case .otherDevice(let expected, _): "; add --device \(expected)"
    case .notFinite, .noWeight, .interrupted: ""
    }
  }
}

extension ClassifierWeightsError: Hinted {
  var hint: String {
    switch self {
    case .unreadable: "; use a file that `moca extractor train` wrote"
    case .wrongKind: ""
    }
  }
}

extension ImageScoreError: Hinted {
  var hint: String {
    switch self {
    case .tooFew: "; --allow-few computes what it can"
    case .notFinite, .differentFeatures, .imagesTooSmall: ""
    }
  }
}

extension EvaluationError: Hinted {
  var hint: String {
    switch self {
    case .weightsMissing(let extractor, _, _, _):
      " with `moca data download \(extractor)`, or name the file with --weights FILE"
    case .weightsNotGiven: " with --weights FILE (made by `moca extractor train`)"
    case .wrongShape: " with --extractor"
    case .unreadable: " and run moca evaluate again"
    case .unknownMetric, .mixedSizes, .constant, .dataChanged, .notFinite, .tooFew, .differentCards,
      .emptyColumn,
      .notApplicable:
      ""
    }
  }
}

extension AblationError: Hinted {
  var hint: String {
    switch self {
    case .refused: " with --skip-refused"
    case .otherMatrix(let path, _):
      "\nchoose another --output, add to it with --extend where it only grows, or continue it as it is with: "
        + "moca ablate \(path.shellWord)"
    case .otherCompute(_, let theirs, _):
      ": --device \(theirs.device) --threads \(theirs.threads), or choose another --output"
    case .otherBuild:
      ", choose another --output, or go on with this one all the same with --any-build, which is noted for each cell"
    case .edited: " with --redo NAME"
    case .otherConfiguration: " with another --output"
    case .otherFolder: "; choose another --output, or an empty folder"
    case .interrupted(let path): "; continue with: moca ablate \(path.shellWord)"
    case .noAxes, .duplicate, .programChanged, .unknownCell, .budgetTooSmall, .notMeasured, .launcher,
      .measurementInterrupted:
      ""
    }
  }
}

extension ComparisonError: Hinted {
  var hint: String {
    switch self {
    case .noScores:
      ": continue them with moca train --resume, and score them with moca evaluate RUN"
    case .unknownKey, .seedKey, .unknownMetric, .unknownReference, .repeated: ""
    }
  }
}

extension RunPruning.Refusal: Hinted {
  var hint: String {
    switch self {
    case .finishedCell: "; --force removes them all the same"
    case .inUse, .damaged: ""
    }
  }
}

extension ReportBuilder {
  /// How this command line fills what is empty on a page.
  static let hints: [Gap: String] = [
    .scores: ComparisonError.noScores.hint,
    .latentMatch: "; moca evaluate RUN --metric latent makes them",
  ]
}
