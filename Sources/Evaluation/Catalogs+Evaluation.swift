import Extractors
import Runner

extension Catalogs {
  /// Networks in whose features images are compared.
  public var extractors: ExtractorCatalog {
    get { self[ExtractorKind.self] }
    set { self[ExtractorKind.self] = newValue }
  }
}
