import Datasets
import Files
import Foundation
import MoCAProtocols
import Runner

/// The cells of an ablation, resolved and checked before anything starts.
public struct AblationMatrix {
  /// A cell and its whole configuration.
  public struct Planned: Sendable {
    /// The cell.
    public let cell: AblationCell
    /// Its configuration.
    public let experiment: Experiment
    /// The digest of its images.
    public let dataDigest: String
    /// Their shape.
    public let imageShape: ImageShape
    /// How many are held out.
    public let heldOutCount: Int
    /// Steps that it takes.
    public let totalSteps: Int
  }

  /// The most cells that a matrix may have; a slip of the hand in a range would fill the disk.
  static let limit = 10_000

  /// The cells, the first axis outermost.
  public let cells: [Planned]
  /// Cells that were left out, as `regularizer=moca prior=normal`, with the reason.
  public let leftOut: [(cell: String, reason: String)]
  /// What a person may not have meant, with the cells that it concerns: those of every seed together.
  public let warnings: [(text: String, cells: [String])]
  /// The axes.
  public let axes: [AblationDefinition.Axis]

  /// Resolves every cell and tries what can be tried without training: names, values, pairs of plugins, images,
  /// networks.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - build: What was built; part of every key.
  ///   - steps: Steps of a cell where they follow from a budget.
  /// - Throws: ``AblationError``, `ConfigurationError`, `DataError`.
  public init(
    _ request: AblationRequest, catalogs: Catalogs, build: String,
    cacheFolder: URL = DataSource.defaultCacheFolder,
    steps: ([AblationCell.Coordinate]) -> Int? = { _ in nil },
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) throws {
    guard request.axes.contains(where: { $0.values.count > 1 }) else { throw AblationError.noAxes }
    try request.check(catalogs)
    axes = request.axes.map { .init(key: $0.key, values: $0.values.map(\.axisText)) }
    var trial = CellTrial(catalogs: catalogs, cacheFolder: cacheFolder, progress: progress)
    var planned: [Planned] = []
    var refusals: [(text: String, cells: [String])] = []
    var warnings: [(text: String, cells: [String])] = []
    let count = request.axes.reduce(1.0) { $0 * Double($1.values.count) }
    guard count <= Double(Self.limit) else {
      throw ConfigurationError.incompatible(
        "the matrix has \(String(format: "%.0f", count)) cells, more than \(Self.limit); leave out values or axes"
      )
    }
    let points = Self.product(request.axes)
    for point in points {
      let coordinates = point.map { AblationCell.Coordinate(axis: $0.key, value: $0.value.axisText) }
      do {
        var layers = request.layers(at: point)
        if let steps = steps(coordinates) {
          layers.append(AblationRequest.layer("training.steps", .integer(steps)))
        }
        let experiment = try Experiment(layers, catalogs: catalogs)
        let facts = try trial.check(experiment)
        let place = Self.words(AblationPlan.withoutSeed(coordinates))
        for warning in facts.warnings { Self.note(warning, place, in: &warnings) }
        let key = Self.key(experiment.tree, dataDigest: facts.dataDigest, build: build)
        planned.append(
          Planned(
            cell: AblationCell(
              name: Self.name(coordinates, key: key, catalogs), key: key, coordinates: coordinates),
            experiment: experiment, dataDigest: facts.dataDigest, imageShape: facts.imageShape,
            heldOutCount: facts.heldOutCount, totalSteps: facts.totalSteps))
      } catch let error as ConfigurationError {
        Self.note(error.description, Self.words(coordinates), in: &refusals)
      } catch let error as DataError {
        Self.note(error.description, Self.words(coordinates), in: &refusals)
      }
    }
    if !refusals.isEmpty, !request.skipsRefused || planned.isEmpty {
      throw AblationError.refused(refusals, of: points.count)
    }
    self.warnings = warnings
    leftOut = refusals.flatMap { refusal in refusal.cells.map { ($0, refusal.text) } }
    try Self.checkDuplicates(planned.map(\.cell))
    cells = planned
  }

  /// `regularizer=moca training.seed=0`
  public static func words(_ coordinates: [AblationCell.Coordinate]) -> String {
    coordinates.map { "\($0.axis)=\($0.value)" }.joined(separator: " ")
  }

  /// SHA-256 over a cell's configuration, the digest of its data and the build. Where the data lie does not count.
  static func key(_ configuration: ConfigurationValue, dataDigest: String, build: String) -> String {
    var tree = configuration
    tree[path: ["dataset", "path"]] = nil
    return Digest.text(of: [tree.json, dataDigest, build].joined(separator: "\n"))
  }

  private static func product(
    _ axes: [AblationRequest.Axis]
  ) -> [[(key: String, value: ConfigurationValue)]] {
    axes.reduce([[]]) { points, axis in
      points.flatMap { point in axis.values.map { point + [(axis.key, $0)] } }
    }
  }

  private static func note(
    _ text: String, _ cell: String, in remarks: inout [(text: String, cells: [String])]
  ) {
    if let index = remarks.firstIndex(where: { $0.text == text }) {
      remarks[index].cells.append(cell)
    } else {
      remarks.append((text, [cell]))
    }
  }

  private static func checkDuplicates(_ cells: [AblationCell]) throws {
    var seen: [String: AblationCell] = [:]
    for cell in cells {
      if let first = seen[cell.key] {
        throw AblationError.duplicate(first: words(first.coordinates), second: words(cell.coordinates))
      }
      seen[cell.key] = cell
    }
  }

  /// `moca_seed0_3f2a9c1b`: plugins by their names, settings with the end of their keys.
  private static func name(
    _ coordinates: [AblationCell.Coordinate], key: String, _ catalogs: Catalogs
  ) -> String {
    let parts = coordinates.map { coordinate in
      let isPlugin = !coordinate.axis.contains(".")
      let label = isPlugin ? "" : coordinate.axis.split(separator: ".").last.map(String.init) ?? ""
      return (label + coordinate.value).map {
        $0.isASCII && ($0.isLetter || $0.isNumber || ".+-".contains($0)) ? String($0) : "-"
      }.joined()
    }
    let digits = key.drop { $0 != ":" }.dropFirst().prefix(8)
    return parts.joined(separator: "_").prefix(120) + "_" + digits
  }
}

extension AblationRequest {
  /// The layers of a cell, the later ones over the earlier: the file, the plugins of the axes, what these values bring
  /// along, and all axes with the arguments.
  func layers(at point: [(key: String, value: ConfigurationValue)]) -> [ConfigurationValue] {
    let all = point.map { Self.layer($0.key, $0.value) }
    let plugins = zip(point, all).filter { !$0.0.key.contains(".") }.map(\.1)
    let settings = point.compactMap { self.settings[$0.key]?[$0.value.axisText] }
    let merged = { (layers: [ConfigurationValue]) in
      layers.reduce(ConfigurationValue.empty) { $0.merged(with: $1) }
    }
    return [base, merged(plugins), merged(settings), merged(all + [overrides])]
  }
}
