import Evaluation
import Foundation
import MoCAProtocols
import Priors
import Testing

/// What `make_code_views.py` wrote.
private struct Fixture: Decodable {
  let angles: [Double]
  let dimensions: [Int]
  let angleDensities: [[Double]]
  let latitudes: [Double]
  let places: [[Double]]
  let concentration: Double
  let rows: Int
  let directions: [[Float]]
  let globe: [Double?]
  let bandwidth: Double
  let halfWidth: Double
  let cells: Int
  let points: [[Float]]
  let plane: [Double]

  static func read() throws -> Fixture {
    let url = packageRoot.appendingPathComponent("Tests/Fixtures/code_views.json")
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
  }
}

@Suite("Views of codes")
struct CodeViewTests {
  private static func isNear(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
    abs(found - expected) <= tolerance
  }

  @Test("the angle between uniform points has SciPy's density")
  func angleLaw() throws {
    let fixture = try Fixture.read()
    for (dimension, expected) in zip(fixture.dimensions, fixture.angleDensities) {
      for (angle, density) in zip(fixture.angles, expected) {
        let found = AngleLaw.density(angle, dimension: dimension)
        #expect(Self.isNear(found, density, 1e-9 * max(1, density)), "d = \(dimension) at \(angle)")
      }
    }
    #expect(AngleLaw.density(-0.1, dimension: 4) == 0 && AngleLaw.density(3.2, dimension: 4) == 0)
  }

  @Test("Mollweide's places are those of a root finder, and lead back to the point")
  func mollweide() throws {
    let fixture = try Fixture.read()
    for (latitude, expected) in zip(fixture.latitudes, fixture.places) {
      let place = Mollweide.place(longitude: 2, latitude: latitude)
      // At the poles the angle is as the cube root of an error of the sine.
      #expect(Self.isNear(place.x, expected[0], 2e-5), "\(latitude)")
      #expect(Self.isNear(place.y, expected[1], 1e-9), "\(latitude)")
      guard abs(latitude) < 1.5 else { continue }
      let point = try #require(Mollweide.point(x: place.x, y: place.y))
      #expect(Self.isNear(point.longitude, 2, 1e-9))
      #expect(Self.isNear(point.latitude, latitude, 1e-9))
    }
    #expect(Mollweide.point(x: 0.9, y: 0.9) == nil)
  }

  @Test("Mollweide's projection keeps areas: equal cells of the map are equal parts of the sphere")
  func equalArea() {
    // The area of the sphere above a latitude is (1 − sin φ) / 2, that of the unit disc above y is a segment's.
    for latitude in stride(from: -1.4, through: 1.4, by: 0.2) {
      let y = Mollweide.place(longitude: 0, latitude: latitude).y
      let chord = (1 - y * y).squareRoot()
      let segment = (acos(y) - y * chord) / Double.pi
      #expect(Self.isNear(segment, (1 - sin(latitude)) / 2, 1e-12))
    }
  }

  @Test("maps of densities are sums of SciPy's kernels")
  func maps() throws {
    let fixture = try Fixture.read()
    let directions = Tensor(fixture.directions.flatMap { $0 }, shape: [fixture.directions.count, 3])
    let globe = DensityMap(
      ofDirections: directions, concentration: fixture.concentration, rows: fixture.rows)
    #expect(globe.columns == 2 * fixture.rows && globe.values.count == fixture.globe.count)
    for (found, expected) in zip(globe.values, fixture.globe) {
      #expect((found == nil) == (expected == nil))
      // Cosines are float32 and are multiplied by the concentration.
      if let found, let expected { #expect(Self.isNear(found, expected, 1e-5 * max(1, expected))) }
    }
    let points = Tensor(fixture.points.flatMap { $0 }, shape: [fixture.points.count, 2])
    let plane = DensityMap(
      of: points, bandwidth: fixture.bandwidth, halfWidth: fixture.halfWidth, cells: fixture.cells)
    for (found, expected) in zip(plane.values, fixture.plane) {
      #expect(Self.isNear(try #require(found), expected, 1e-7))
    }
  }

  @Test("a histogram sums to the share of values inside, and the last edge belongs to it")
  func histogram() {
    let curve = DensityCurve(histogramOf: [0, 0.5, 1, 1.9, 2, 5], over: 0...2, count: 4)
    #expect(curve.positions == [0.25, 0.75, 1.25, 1.75])
    let third = 1.0 / 3
    #expect(curve.densities == [third, third, third, 2 * third])
  }
}

@Suite("Views of codes beside a prior")
struct CodeViewOfPriorTests {
  private static func view(_ name: String, size: Int, shift: Double = 0) throws -> CodeView {
    let prior = try PriorCatalog.standard.entry(named: name).make(
      .empty, "prior", PriorContext(latentSize: size))
    let codes = prior.sample(1_000, using: Generator(seed: 3)) + shift
    return CodeView(of: shift == 0 ? codes : prior.project(codes), against: prior, using: Generator(seed: 4))
  }

  /// Half the area between two curves: the share of the mass that lies elsewhere.
  private static func distance(_ first: DensityCurve?, _ second: DensityCurve?) throws -> Double {
    let (first, second) = (try #require(first), try #require(second))
    let width = first.positions[1] - first.positions[0]
    return zip(first.densities, second.densities).map { abs($0 - $1) * width / 2 }.reduce(0, +)
  }

  @Test("draws of the prior look like the prior, shifted ones do not", arguments: [2, 3, 16])
  func sphere(size: Int) throws {
    let (matched, shifted) = (
      try Self.view("hypersphere", size: size), try Self.view("hypersphere", size: size, shift: 0.6)
    )
    #expect(matched.kind == (size == 2 ? .circle : size == 3 ? .globe : .sphere))
    #expect(try Self.distance(matched.angles, matched.angleReference) < 0.12)
    #expect(try Self.distance(shifted.angles, shifted.angleReference) > 0.25)
    guard size > 2 else { return }
    #expect(try Self.distance(matched.projection, matched.projectionReference) < 0.08)
    #expect(try Self.distance(shifted.projection, shifted.projectionReference) > 0.4)
  }

  @Test(
    "the plane's density is one over the plane and shows where codes lie",
    arguments: ["normal", "cube", "dirichlet"])
  func plane(name: String) throws {
    let view = try Self.view(name, size: 6)
    #expect(view.kind == .plane && view.angles == nil)
    for map in [view.map(reach: view.reach), view.mapOfPrior(reach: view.reach)] {
      let area = pow(2 * view.reach / Double(map.columns), 2)
      let mass = map.values.compactMap { $0 }.reduce(0, +) * area
      #expect(mass > 0.9 && mass < 1.02)
    }
    #expect(try Self.distance(view.projection, view.projectionReference) < 0.08)
  }

  @Test("on the globe 1 is the uniform density, and collapsed codes stand out")
  func globe() throws {
    let view = try Self.view("hypersphere", size: 3)
    let values = view.map(reach: 1).values.compactMap { $0 }
    let mean = values.reduce(0, +) / Double(values.count)
    #expect(mean > 0.98 && mean < 1.02)
    #expect(view.map(reach: 1).maximum < 1.8)
    #expect(try Self.view("hypersphere", size: 3, shift: 2).map(reach: 1).maximum > 4)
  }
}
