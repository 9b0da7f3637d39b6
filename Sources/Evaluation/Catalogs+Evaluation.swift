import Extractors
import Runner
import Scoring

extension Catalogs {
  /// Networks in whose features images are compared.
  public var extractors: ExtractorCatalog {
    get { self[ExtractorKind.self] }
    set { self[ExtractorKind.self] = newValue }
  }

  /// What is measured.
  public var metrics: MetricCatalog {
    get { self[MetricKind.self] }
    set { self[MetricKind.self] = newValue }
  }
}
