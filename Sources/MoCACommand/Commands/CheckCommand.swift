import ArgumentParser
import Conformance
import Files
import Foundation
import MoCAProtocols
import Terminal

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check that a plugin keeps the promises of its protocol.",
    subcommands: [CheckRegularizerCommand.self, CheckOtherCommand.self],
    defaultSubcommand: CheckOtherCommand.self)
}

/// `moca check` with another word, or none: says what can be checked.
struct CheckOtherCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "other", shouldDisplay: false)

  @Argument(parsing: .allUnrecognized)
  var words: [String] = []

  func run() throws {
    guard let word = words.first(where: { !$0.hasPrefix("-") }) else {
      if let option = words.first { throw ValidationError("Unknown option '\(option)'") }
      throw CleanExit.helpRequest(CheckCommand.self)
    }
    if CommandContext.catalogs.regularizers.names.contains(word) {
      throw Failure(.usage, "the kind comes first; write: moca check regularizer \(word)")
    }
    throw Failure(
      .usage,
      "\"\(word)\" cannot be checked: the conformance kit is for regularizers only; write: "
        + "moca check regularizer NAME (see them with: moca list regularizer)")
  }
}

struct CheckRegularizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regularizer",
    abstract: "Run the conformance kit on a regularizer.",
    discussion: """
      Codes without networks are drawn, changed and moved, and the penalty is watched: is it smallest at the prior, \
      does it see a shift, a stretch, a rotation, a missing half and a collapse, are its gradients right, does its \
      state survive a checkpoint? A method of posteriors or networks is watched in a step of small networks instead; \
      what it does not promise is reported as not applicable. The exit code is not 0 where a check fails that the \
      method does not except, and where the prior that was asked for does not go with the method.

      Examples:
        moca check regularizer mmd                       against every prior that it can match
        moca check regularizer mmd --prior normal --size 32 kernel=energy
        moca check regularizer koleo --free-points       1,024 free codes too, at d = 2, 16 and 64: minutes
        moca check regularizer moca --free-points --size 3 --points moca.json
      """)

  @Argument(help: "A regularizer; see `moca list regularizer`.", completion: Completion.names)
  var name: String

  @Argument(
    help: ArgumentHelp("Settings of the regularizer, such as temperature=0.2.", valueName: "key=value"))
  var settings: [String] = []

  @Option(
    name: [.customLong("prior")], parsing: .singleValue,
    help: "A prior to check against; may be given several times (default: every one that goes with it).")
  var priors: [String] = []

  @Option(help: "Dimensions of the codes (default: 8; free codes 2, 16 and 64).")
  var size: Int?

  @Flag(help: "Move free codes by the penalty alone until they could be draws of the prior.")
  var freePoints = false

  @Option(
    help: ArgumentHelp(
      "Write the free codes at their end as JSON; implies --free-points.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var points: String?

  @Option(help: "Threads that compute.")
  var threads: Int?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let size, size < 2 || size > 4096 {
      throw ValidationError("--size must be between 2 and 4096, found \(size)")
    }
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, found \(threads)") }
  }

  func run() throws {
    try Runtime.verify()
    threads.map(Runtime.setThreadCount)
    var plan = ConformancePlan()
    plan.latentSize = size ?? plan.latentSize
    let catalogs = CommandContext.catalogs
    let kit = ConformanceKit(
      regularizers: catalogs.regularizers, priors: catalogs.priors, posteriors: catalogs.posteriors,
      plan: plan)
    let settings = try Self.tree(settings)
    let matching = try kit.priors(for: name, settings: settings)
    // A prior that was asked for is taken even where it does not match: the error says why.
    let chosen = priors.isEmpty ? matching : priors
    if chosen.isEmpty {
      throw Failure(.usage, "the regularizer \"\(name)\" goes with no prior of the catalog")
    }
    // A path that cannot be written is found before the work.
    if let points { try Self.write([], to: points) }
    var checked: [CheckedPrior] = []
    for prior in chosen {
      checked.append(try check(prior, kit, settings))
      if !json { print((checked.count > 1 ? "\n" : "") + checked[checked.count - 1].text(Console.width)) }
    }
    if let points { try Self.write(checked.flatMap(\.runs), to: points) }
    if json { print(try Self.json(checked)) }
    let failed = checked.filter { !$0.isSound }
    if !failed.isEmpty {
      let places = failed.map { "\"\($0.report.prior)\"" }.joined(separator: ", ")
      throw Failure(.other, "the regularizer \"\(name)\" does not conform with the prior \(places)")
    }
  }

  private func check(
    _ prior: String, _ kit: ConformanceKit, _ settings: ConfigurationValue
  ) throws -> CheckedPrior {
    let report = try kit.report(of: name, against: prior, settings: settings)
    let isApplicable = report[.freePoints]?.outcome != .notApplicable
    guard freePoints || points != nil, isApplicable else { return CheckedPrior(report: report, runs: []) }
    let runs = try (size.map { [$0] } ?? [2, 16, 64]).map {
      try kit.freePoints(of: name, against: prior, latentSize: $0, settings: settings)
    }
    return CheckedPrior(report: report.adding(runs, exceptions: exceptions), runs: runs)
  }

  private var exceptions: [ConformanceCheck: String] {
    (try? CommandContext.catalogs.regularizers.entry(named: name).type.exceptions) ?? [:]
  }

  /// `key=value` arguments as one tree.
  private static func tree(_ arguments: [String]) throws -> ConfigurationValue {
    try arguments.reduce(into: ConfigurationValue.empty) { tree, argument in
      guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
        throw Failure(.usage, "\"\(argument)\" is no setting; write key=value")
      }
      let value = String(argument[argument.index(after: equals)...])
      let key = argument[..<equals]
      let prefix = "regularizer."
      tree[String(key.hasPrefix(prefix) ? key.dropFirst(prefix.count) : key)] = try ConfigurationValue(
        override: value)
    }
  }

  private static func json(_ checked: [CheckedPrior]) throws -> String {
    try JSONEncoder.compact.text(of: checked.map(\.report))
  }

  private static func write(_ runs: [FreePoints], to path: String) throws {
    do {
      try JSONEncoder.compact.encode(runs).write(to: URL(fileURLWithPath: path))
    } catch {
      throw Failure(.disk, "cannot write \(path): \(error.localizedDescription)")
    }
  }
}

private struct CheckedPrior {
  let report: ConformanceReport
  let runs: [FreePoints]

  var isSound: Bool { report.isSound }

  func text(_ width: Int?) -> String {
    var table = TextTable(columns: ["check", "outcome", "what was seen"])
    for result in report.results {
      table.append([
        .string(result.check.rawValue), .string(result.outcome.rawValue), .string(result.detail),
      ])
    }
    let title =
      "\(report.regularizer) against \(report.prior), \(report.batchSize) codes of \(report.latentSize) dimensions"
    return Console.bold(title) + "\n\n" + table.text(width: width)
  }
}
