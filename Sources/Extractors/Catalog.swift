import MoCAProtocols

extension ExtractorCatalog {
  public static var standard: Self {
    Self()
      .adding(InceptionExtractor.self)
      .adding(DINOv2Base.self)
      .adding(DINOv2Large.self)
      .adding(CIFARClassifier.self)
      .adding(MNISTClassifier.self)
      .adding(GivenClassifier.self)
  }
}
