import MoCAProtocols

/// What the conformance kit found about one regularizer and one prior.
public struct ConformanceReport: Codable, Sendable {
  public let regularizer: String
  public let prior: String
  public let latentSize: Int
  /// Codes of a batch.
  public let batchSize: Int
  /// One row for each check, in the order of `ConformanceCheck`.
  public let results: [ConformanceResult]

  /// Whether no check failed.
  public var isSound: Bool { failures.isEmpty }

  public var failures: [ConformanceResult] { results.filter { $0.outcome == .failed } }

  /// The report with free codes that were moved since.
  public func adding(_ runs: [FreePoints], exceptions: [ConformanceCheck: String]) -> ConformanceReport {
    let result = ConformanceResult(.freePoints, FreePoints.finding(runs), exception: exceptions[.freePoints])
    return ConformanceReport(
      regularizer: regularizer, prior: prior, latentSize: latentSize, batchSize: batchSize,
      results: results.map { $0.check == .freePoints ? result : $0 })
  }

  /// The row of one check.
  public subscript(check: ConformanceCheck) -> ConformanceResult? { results.first { $0.check == check } }
}

public struct ConformanceResult: Codable, Sendable {
  public enum Outcome: String, Codable, Sendable {
    case passed
    case failed
    /// It does not, and the method's definition says why.
    case excepted
    case skipped
    /// The method promises nothing of the kind.
    case notApplicable = "not applicable"
  }

  public let check: ConformanceCheck
  public let outcome: Outcome
  /// The number seen; what it is stands in ``detail``.
  public let value: Double?
  /// What the number was held against.
  public let limit: Double?
  /// The numbers in words, or why the check was not run, failed or is excepted.
  public let detail: String
}

/// What a check returns before the exceptions of the method are looked at.
struct Finding {
  var holds: Bool
  var value: Double?
  var limit: Double?
  var detail: String

  init(_ holds: Bool, value: Double? = nil, limit: Double? = nil, _ detail: String) {
    self.holds = holds
    self.value = value.flatMap { $0.isFinite ? $0 : nil }
    self.limit = limit.flatMap { $0.isFinite ? $0 : nil }
    self.detail = detail
  }
}

extension ConformanceResult {
  /// A finding, with the reason for which the method may fail the check.
  init(_ check: ConformanceCheck, _ finding: Finding, exception: String?) {
    self.check = check
    value = finding.value
    limit = finding.limit
    if finding.holds {
      (outcome, detail) = (.passed, finding.detail)
    } else if let exception {
      (outcome, detail) = (.excepted, "\(exception) (\(finding.detail))")
    } else {
      (outcome, detail) = (.failed, finding.detail)
    }
  }

  /// A check that was not run: left out, or not applicable.
  init(_ outcome: Outcome, _ check: ConformanceCheck, because reason: String) {
    self.check = check
    self.outcome = outcome
    (value, limit) = (nil, nil)
    detail = reason
  }
}
