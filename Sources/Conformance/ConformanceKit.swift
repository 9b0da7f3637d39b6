import Metrics
import MoCAProtocols

/// Checks that a regularizer keeps the promises of its protocol.
///
/// A method of codes is given codes that no network made. A method of posteriors or networks is given a step of small
/// stub networks, and is held to everything but what it does not promise: that the codes end like the prior. One that
/// takes samples of codes beside each image's distribution is held to that too, with the distribution of
/// every image the same.
///
/// What each check means is said at `ConformanceCheck`, how it is decided at the functions in this folder. A check
/// that a method's definition forbids is named in `RegularizerPlugin.exceptions`; it is run all the same, and a
/// failure is then reported with the reason.
public struct ConformanceKit: Sendable {
  public let regularizers: RegularizerCatalog
  /// The distributions that they can be checked against.
  public let priors: PriorCatalog
  /// The posteriors of the stub networks: a method takes its own, or else the first that goes with it.
  public let posteriors: PosteriorCatalog
  public let plan: ConformancePlan

  public init(
    regularizers: RegularizerCatalog, priors: PriorCatalog, posteriors: PosteriorCatalog,
    plan: ConformancePlan = ConformancePlan()
  ) {
    self.regularizers = regularizers
    self.priors = priors
    self.posteriors = posteriors
    self.plan = plan
  }

  /// The priors that a regularizer can be built with and that are not made of an encoder, in the catalog's order.
  ///
  /// - Throws: `ConfigurationError` for an unknown name or wrong settings.
  public func priors(for regularizer: String, settings: ConfigurationValue = .empty) throws -> [String] {
    _ = try regularizers.entry(named: regularizer).resolve(settings, "regularizer")
    return priors.names.filter {
      (try? specimen(regularizer, $0, plan.latentSize, settings).make(batch: plan.batchSize)) != nil
    }
  }

  /// Runs every check.
  ///
  /// - Parameters:
  ///   - regularizer: A name in ``regularizers``.
  ///   - prior: A name in ``priors``.
  ///   - settings: The regularizer's, where they differ from the defaults.
  /// - Throws: `ConfigurationError` where the two do not go together, with the reason that the table of
  ///   compatibility gives, or where a setting is wrong.
  public func report(
    of regularizer: String, against prior: String, settings: ConfigurationValue = .empty
  ) throws -> ConformanceReport {
    let specimen = try specimen(regularizer, prior, plan.latentSize, settings)
    _ = try specimen.make(batch: plan.batchSize)
    return ConformanceReport(
      regularizer: regularizer, prior: prior, latentSize: plan.latentSize, batchSize: plan.batchSize,
      results: try results(for: specimen, regularizer, prior))
  }

  /// Moves free codes by a regularizer alone; see ``FreePoints``. ``ConformanceReport/adding(_:exceptions:)`` takes
  /// them into a report.
  public func freePoints(
    of regularizer: String, against prior: String, latentSize: Int, settings: ConfigurationValue = .empty
  ) throws -> FreePoints {
    let specimen = try specimen(regularizer, prior, latentSize, settings)
    return try FreePoints(specimen, name: regularizer, prior: prior, plan: plan)
  }

  private func results(
    for specimen: Specimen, _ name: String, _ prior: String
  ) throws -> [ConformanceResult] {
    let exceptions = specimen.entry.type.exceptions
    let checks = try specimen.judgesCodes ? DistributionChecks(specimen, plan) : nil
    let functions: any FunctionChecks =
      if let networks = specimen.networks {
        NetworkChecks(specimen: specimen, networks: networks, plan: plan)
      } else {
        NumericChecks(specimen: specimen, plan: plan)
      }
    return try ConformanceCheck.allCases.map { check in
      if let changes = Self.distributions(of: check, specimen.prior.geometry) {
        guard let checks else { return .init(.notApplicable, check, because: specimen.subject.reason) }
        let finding = try changes.isEmpty ? checks.minimum() : checks.larger(under: changes)
        return ConformanceResult(check, finding, exception: exceptions[check])
      }
      if check == .freePoints {
        return checks == nil
          ? .init(.notApplicable, check, because: specimen.subject.reason)
          : .init(.skipped, check, because: "moved on request only")
      }
      if check == .cost, !plan.measuresCost {
        return .init(.skipped, check, because: "left out by the plan")
      }
      let finding =
        try check == .cost
        ? CostCheck { try self.specimen(name, prior, $0, specimen.settings) }.finding()
        : Self.finding(of: check, functions)
      return ConformanceResult(check, finding, exception: exceptions[check])
    }
  }

  /// The distributions under which a check compares the penalty with the prior's; none for the minimum
  /// itself, `nil` for checks of another kind.
  private static func distributions(of check: ConformanceCheck, _ geometry: LatentGeometry)
    -> [CodeDistribution]?
  {
    switch check {
    case .minimum: []
    case .shift: [.shifted]
    case .scale: geometry == .euclidean ? [.stretched, .shrunken] : [.stretched]
    case .partialRotation: [.partlyRotated]
    case .droppedMode: [.halved]
    case .collapse: CodeDistribution.collapses(geometry)
    case .order, .batchSize, .gradients, .bfloat16, .finiteAtCollapse, .state, .cost, .freePoints: nil
    }
  }

  private static func finding(of check: ConformanceCheck, _ functions: any FunctionChecks) throws -> Finding {
    switch check {
    case .order: try functions.order()
    case .batchSize: try functions.batchSize()
    case .gradients: try functions.gradients()
    case .bfloat16: try functions.bfloat16()
    case .finiteAtCollapse: try functions.finiteAtCollapse()
    case .state: try functions.state()
    default: fatalError("\(check.rawValue) is no check of a function")
    }
  }

  private func specimen(
    _ regularizer: String, _ prior: String, _ latentSize: Int, _ settings: ConfigurationValue
  ) throws -> Specimen {
    let target = try priors.entry(named: prior).make(
      .empty, "prior", PriorContext(latentSize: latentSize, generator: Generator(seed: plan.seed)))
    if target is any EncoderBoundPrior {
      throw ConfigurationError.incompatible(
        "the prior \"\(prior)\" is made of an encoder's codes; the kit moves codes without networks: "
          + "choose another prior")
    }
    let entry = try regularizers.entry(named: regularizer)
    _ = try entry.resolve(settings, "regularizer")
    if entry.type.subject == .codes { return Specimen(entry, settings: settings, prior: target) }
    return try networked(entry, settings, target, preferring: entry.type.defaultPosterior)
  }

  /// The method with stub networks of the first posterior that goes with it and the prior. Where none does, what the
  /// regularizer itself says counts before what a posterior says, as in the table of compatibility.
  private func networked(
    _ entry: RegularizerCatalog.Entry, _ settings: ConfigurationValue, _ prior: any Prior,
    preferring favourite: String?
  ) throws -> Specimen {
    var refusals: [(isRegularizers: Bool, error: ConfigurationError)] = []
    for name in (favourite.map { [$0] } ?? []) + posteriors.names.filter({ $0 != favourite }) {
      var isRegularizers = false
      do {
        let posterior = try posteriors.entry(named: name).make(.empty, "posterior", prior)
        isRegularizers = true
        let networks = StubNetworks(prior: prior, posterior: posterior)
        let specimen = Specimen(entry, settings: settings, prior: prior, networks: networks)
        _ = try specimen.make(batch: plan.batchSize)
        return specimen
      } catch let error as ConfigurationError {
        refusals.append((isRegularizers, error))
      }
    }
    throw (refusals.first(where: \.isRegularizers) ?? refusals.first)?.error
      ?? ConfigurationError.incompatible(
        "the regularizer \"\(entry.name)\" needs a posterior, and there is none; add one to the catalog")
  }
}

extension PenaltySubject {
  /// Why the codes need not follow the prior.
  fileprivate var reason: String {
    switch self {
    case .codes: ""
    case .posterior:
      "a function of each image's posterior, which says nothing of the codes of all images together"
    case .networks: "a function of images, weights or reconstructions: the codes may follow any distribution"
    }
  }
}
