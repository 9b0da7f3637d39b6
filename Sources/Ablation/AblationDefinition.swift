import Files
import PluginKit

/// What `ablation.yaml` says: the axes, the cells, and what all cells share.
public struct AblationDefinition: Sendable, Equatable {
  /// One axis of the matrix.
  public struct Axis: Sendable, Equatable {
    /// The configuration key, as in `regularizer` or `training.seed`.
    public let key: String
    /// Its values as text.
    public let values: [String]

    /// States an axis.
    public init(key: String, values: [String]) {
      self.key = key
      self.values = values
    }
  }

  /// How each cell is scored after its training.
  public struct Scoring: Sendable, Equatable {
    /// Names of metrics, as `moca evaluate --metric` takes them; none for no scoring.
    public var metrics: [String]
    /// Images that each sampler makes.
    public var samples: Int
    /// Samplers beside the prior.
    public var samplers: [String]
    /// Further arguments of `moca evaluate`, as in `--weights` and its file.
    public var arguments: [String]

    /// States a scoring.
    public init(metrics: [String], samples: Int, samplers: [String] = [], arguments: [String] = []) {
      self.metrics = metrics
      self.samples = samples
      self.samplers = samplers
      self.arguments = arguments
    }
  }

  /// What the cells differ in, from the outermost to the innermost.
  public var axes: [Axis]
  /// The cells, in the order in which they are run.
  public var cells: [AblationCell]
  /// How each cell is scored.
  public var scoring: Scoring
  /// Threads of each cell; fixed at the first start, since another number adds in another order.
  public var threads: Int
  /// Where cells compute.
  public var device: String
  /// What was built: versions and the digest of the program.
  public var build: String
  /// The digest of what was asked for; another request has no business in the folder.
  public var request: String

  /// States a definition.
  public init(
    axes: [Axis], cells: [AblationCell], scoring: Scoring, threads: Int, device: String, build: String,
    request: String
  ) {
    self.axes = axes
    self.cells = cells
    self.scoring = scoring
    self.threads = threads
    self.device = device
    self.build = build
    self.request = request
  }
}

extension AblationDefinition {
  /// The content of `ablation.yaml`.
  var tree: ConfigurationValue {
    let strings = { (values: [String]) in ConfigurationValue.list(values.map { .string($0) }) }
    return .object([
      .init("build", .string(build)), .init("request", .string(request)), .init("device", .string(device)),
      .init("threads", .integer(threads)), .init("scoring", scoring.tree),
      .init("axes", .object(axes.map { .init($0.key, strings($0.values)) })),
      .init(
        "cells",
        .list(
          cells.map { cell in
            .object([
              .init("name", .string(cell.name)), .init("key", .string(cell.key)),
              .init("at", strings(cell.coordinates.map(\.value))),
            ])
          })),
    ])
  }

  /// Reads `ablation.yaml`.
  ///
  /// - Throws: `StorageError` where a part is missing.
  init(_ tree: ConfigurationValue, path: String) throws {
    let texts = { (value: ConfigurationValue?) -> [String]? in
      guard case .list(let values)? = value else { return nil }
      let texts = values.map { $0.text ?? $0.json }
      return texts
    }
    guard let build = tree["build"]?.text, let device = tree["device"]?.text,
      let threads = tree["threads"]?.int, let scoring = tree["scoring"],
      let metrics = texts(scoring["metrics"]), let samples = scoring["samples"]?.int,
      let axes = tree["axes"], case .list(let cells)? = tree["cells"]
    else {
      throw StorageError.disk(path: path, reason: "is not a whole description of an ablation")
    }
    self.build = build
    self.device = device
    self.threads = threads
    request = tree["request"]?.text ?? ""
    self.scoring = Scoring(
      metrics: metrics, samples: samples, samplers: texts(scoring["samplers"]) ?? [],
      arguments: texts(scoring["arguments"]) ?? [])
    self.axes = axes.members.map { Axis(key: $0.key, values: texts($0.value) ?? []) }
    let keys = self.axes.map(\.key)
    self.cells = try cells.map { cell in
      guard let name = cell["name"]?.text, let key = cell["key"]?.text, let at = texts(cell["at"]),
        at.count == keys.count
      else { throw StorageError.disk(path: path, reason: "has a cell that cannot be read") }
      return AblationCell(
        name: name, key: key, coordinates: zip(keys, at).map { .init(axis: $0, value: $1) })
    }
  }
}

extension AblationDefinition.Scoring {
  /// The scoring as it stands in `ablation.yaml`.
  var tree: ConfigurationValue {
    let strings = { (values: [String]) in ConfigurationValue.list(values.map { .string($0) }) }
    return .object([
      .init("metrics", strings(metrics)), .init("samples", .integer(samples)),
      .init("samplers", strings(samplers)), .init("arguments", strings(arguments)),
    ])
  }
}
