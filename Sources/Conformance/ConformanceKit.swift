import Metrics
import MoCAProtocols

/// Checks that a regularizer keeps the promises of its protocol, on codes that no network made.
///
/// What each check means is said at ``ConformanceCheck``, how it is decided at the functions in this folder. A check
/// that a method's definition forbids is named in ``RegularizerPlugin/exceptions``; it is run all the same, and a
/// failure is then reported with the reason.
public struct ConformanceKit: Sendable {
  /// The methods that can be checked.
  public let regularizers: RegularizerCatalog
  /// The laws that they can be checked against.
  public let priors: PriorCatalog
  /// How much is done.
  public let plan: ConformancePlan

  /// Collects the values.
  public init(
    regularizers: RegularizerCatalog, priors: PriorCatalog, plan: ConformancePlan = ConformancePlan()
  ) {
    self.regularizers = regularizers
    self.priors = priors
    self.plan = plan
  }

  /// The priors that a regularizer can be built with and that need no networks, in the catalog's order.
  ///
  /// - Throws: ``ConfigurationError`` for an unknown name or wrong settings.
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
  /// - Throws: ``ConfigurationError`` where the two do not go together, or a setting is wrong.
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
    let type = specimen.entry.type as? any RegularizerPlugin.Type
    let exceptions = type?.exceptions ?? [:]
    if let subject = type?.subject, subject != .codes {
      return ConformanceCheck.allCases.map {
        ConformanceResult(skipped: $0, because: subject.reason)
      }
    }
    let laws = try LawChecks(specimen, plan)
    let numerics = NumericChecks(specimen: specimen, plan: plan)
    return try ConformanceCheck.allCases.map { check in
      let finding: Finding
      switch check {
      case .minimum: finding = try laws.minimum()
      case .shift: finding = try laws.larger(under: [.shifted])
      case .scale:
        finding = try laws.larger(
          under: specimen.prior.geometry == .euclidean ? [.stretched, .shrunken] : [.stretched])
      case .partialRotation: finding = try laws.larger(under: [.partlyRotated])
      case .droppedMode: finding = try laws.larger(under: [.halved])
      case .collapse: finding = try laws.larger(under: [.collapsed])
      case .order: finding = try numerics.order()
      case .batchSize: finding = try numerics.batchSize()
      case .gradients: finding = try numerics.gradients()
      case .bfloat16: finding = try numerics.finite(on: .prior, inBrainFloat: true)
      case .finiteAtCollapse: finding = try numerics.finite(on: .collapsed, inBrainFloat: false)
      case .state: finding = try numerics.state()
      case .cost:
        if !plan.measuresCost { return .init(skipped: check, because: "left out by the plan") }
        finding = try CostCheck { try self.specimen(name, prior, $0, specimen.settings) }.finding()
      case .freePoints:
        return .init(skipped: check, because: "moved on request only")
      }
      return ConformanceResult(check, finding, exception: exceptions[check])
    }
  }

  private func specimen(
    _ regularizer: String, _ prior: String, _ latentSize: Int, _ settings: ConfigurationValue
  ) throws -> Specimen {
    let law = try priors.entry(named: prior).make(
      .empty, "prior", PriorContext(latentSize: latentSize, generator: Generator(seed: plan.seed)))
    if law is any EncoderBoundPrior {
      throw ConfigurationError.incompatible(
        "the prior \"\(prior)\" is made of an encoder's codes; the kit moves codes without networks: "
          + "choose another prior")
    }
    return Specimen(try regularizers.entry(named: regularizer), settings: settings, prior: law)
  }
}

extension PenaltySubject {
  /// Why the kit has nothing to move.
  fileprivate var reason: String {
    switch self {
    case .codes: ""
    case .posterior: "a function of each image's posterior, not of codes alone"
    case .networks: "a function of networks, not of codes alone"
    }
  }
}
