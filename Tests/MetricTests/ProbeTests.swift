import Metrics
import MoCAProtocols
import Testing

@Suite("Probes of codes")
struct ProbeTests {
  private func sets() throws -> (fixture: LatentFixture.Probes, train: LabelledCodes, test: LabelledCodes) {
    let fixture = try LatentFixture.load().probes
    return (
      fixture, try LabelledCodes(codes: LatentFixture.points("probe.train"), labels: fixture.train),
      try LabelledCodes(codes: LatentFixture.points("probe.test"), labels: fixture.test)
    )
  }

  @Test("nearest neighbours are scikit-learn's")
  func neighbours() throws {
    let (fixture, train, test) = try sets()
    for (count, metric, expected) in [
      (1, CodeDistance.euclidean, fixture.euclidean1), (10, .euclidean, fixture.euclidean10),
      (1, .cosine, fixture.cosine1), (10, .cosine, fixture.cosine10),
    ] {
      let found = try nearestNeighbourAccuracy(train: train, test: test, neighbours: count, metric: metric)
      #expect(abs(found - expected) < 1e-9, "\(metric), \(count)")
    }
  }

  @Test("the linear probe gives scikit-learn's probabilities")
  func linear() throws {
    let (fixture, train, test) = try sets()
    let probe = try LinearProbe(train: train)
    #expect(probe.slope <= 1e-6)
    let expected = try LatentFixture.points("probe.probabilities")
    #expect((probe.probabilities(of: test.codes) - expected).absolute().maximum().item < 1e-4)
    #expect(abs(try linearProbeAccuracy(train: train, test: test) - fixture.linear) < 1e-9)
  }

  @Test("separable classes, constant coordinates and unused labels are no trouble")
  func extremes() throws {
    let codes = Tensor((0..<40).flatMap { [Float($0 < 20 ? -1 : 1), 7] }, shape: [40, 2])
    let set = try LabelledCodes(codes: codes, labels: (0..<40).map { $0 < 20 ? 1 : 3 })
    #expect(try linearProbeAccuracy(train: set, test: set) == 1)
    #expect(try nearestNeighbourAccuracy(train: set, test: set, metric: .euclidean) == 1)
    let probe = try LinearProbe(train: set)
    #expect(probe.slope <= 1e-6)
    #expect(probe.probabilities(of: codes).selected(along: 1, at: 0).maximum().item < 1e-12)
  }

  @Test("codes and labels that do not belong together are refused")
  func refusals() throws {
    let codes = Tensor.ones([4, 2])
    #expect(throws: CodeError.labelCount(codes: 4, labels: 3)) {
      try LabelledCodes(codes: codes, labels: [0, 1, 2])
    }
    #expect(throws: CodeError.negativeLabel(-1)) { try LabelledCodes(codes: codes, labels: [0, 1, -1, 0]) }
    #expect(throws: CodeError.notFinite(count: 4, of: 4)) {
      try LabelledCodes(codes: codes * .infinity, labels: [0, 1, 0, 1])
    }
    let set = try LabelledCodes(codes: codes, labels: [2, 2, 2, 2])
    #expect(throws: CodeError.oneClass(label: 2)) { try LinearProbe(train: set) }
    #expect(throws: CodeError.tooFew(found: 4, needed: 10)) {
      try nearestNeighbourAccuracy(train: set, test: set, metric: .euclidean)
    }
    let wide = try LabelledCodes(codes: .ones([4, 3]), labels: [0, 1, 0, 1])
    #expect(throws: CodeError.wrongShape(found: [4, 2], latentSize: 3)) {
      try linearProbeAccuracy(train: set, test: wide)
    }
  }
}
