import Ablation
import ArgumentParser
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct AblateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ablate",
    abstract: "Train and score a matrix of runs that differ in chosen settings.",
    discussion: """
      Every combination of the axes' values is a cell: a run of its own in a process of its own. The whole matrix is \
      checked before anything starts. Type the same command again, or name the folder, and it goes on: finished cells \
      stay, interrupted ones continue from their last checkpoint, bit for bit. Several of these commands may work on one \
      folder. A cell that fails stays in the table, with the command that repeats it.

      An axis is key=value,value. Whole numbers have ranges (seed=0..4), numbers spacings (log(0.01,10,5), \
      linear(0,1,5)). A key with one value holds for every cell. A file may hold the matrix too, with settings that \
      belong to a value of an axis:

        ablation:
          axes: {regularizer: [moca, mmd], seed: 0..2}
          settings:
            regularizer:
              moca: {regularizer: {temperature: 0.2}}
          metrics: [reconstruction, latent, fd-cifar]
          samples: 2000

      Examples:
        moca ablate regularizer=moca,mmd,wae-gan,sliced-wasserstein seed=0,1,2 training.steps=500
        moca ablate Configurations/sprites.yaml --dry-run
        moca ablate Configurations/sprites.yaml --plan
        moca ablate Configurations/sprites.yaml --jobs 2 --budget 2h
        moca ablate mine.yaml regularizer=mmd 'regularizer.weight=log(1,1000,7)' --output runs/sweep
        moca ablate runs/sweep                               go on with what is left
        moca ablate mine.yaml seed=0..4 --extend             two seeds more than before
        moca ablate mine.yaml --launcher slurm slurm.partition=gpu slurm.gres=gpu:1

      See it with moca watch, compare its cells with moca compare, and write its page with moca report.
      """)

  @Argument(
    help: ArgumentHelp(
      "A YAML file or the folder of an ablation; then axes, settings of all cells, and settings of the launcher.",
      valueName: "config|folder|key=value,…"))
  var words: [String] = []

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The ablation's folder (default: a name of its own under runs/).", valueName: "name|path"),
    completion: .directory)
  var output: String?

  @Option(help: ArgumentHelp("Cells at the same time.", valueName: "count"))
  var jobs = 1

  @Option(help: ArgumentHelp("Time for the whole matrix, such as 90m or 2h.", valueName: "time"))
  var budget: String?

  @Option(
    help: ArgumentHelp("What the budget gives every cell the same of: steps or seconds.", valueName: "what"))
  var budgetBy = AblationBudget.Share.steps

  @Flag(help: "Time a few steps of every kind of cell, show what the matrix takes, and stop.")
  var plan = false

  @Flag(help: "Resolve and check every cell, show the cells, and stop.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "What to measure after training; give it again for more (default: reconstruction, latent, frechet).",
      valueName: "name"),
    completion: Completion.metrics)
  var metric: [String] = []

  @Option(help: "Images that each sampler makes for the scores (default: 5000).")
  var samples: Int?

  @Flag(help: "Train only, without scores.")
  var noScores = false

  @Option(help: ArgumentHelp("Where cells run: see `moca list launcher`.", valueName: "name"))
  var launcher = "local"

  @Option(help: ArgumentHelp("Only this cell; give it again for more.", valueName: "name"))
  var cell: [String] = []

  @Option(help: ArgumentHelp("Run a finished cell anew; give it again for more.", valueName: "name"))
  var redo: [String] = []

  @Option(
    help: ArgumentHelp("The most time that one start of a cell may take, such as 30m.", valueName: "time"))
  var cellTime: String?

  @Flag(help: "Leave out combinations that a plugin refuses, such as moca with the normal prior.")
  var skipRefused = false

  @Flag(help: "Add cells to a folder whose cells are all among those asked for.")
  var extend = false

  @Flag(help: "Go on with a folder that another build of this program began.")
  var anyBuild = false

  @Flag(help: "Write no report at the end.")
  var noReport = false

  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Show no progress.")
  var quiet = false

  @Flag(help: "Print the cells as JSON.")
  var json = false

  func validate() throws {
    try checkCount(jobs, "--jobs", limit: 1024)
    if let samples { try checkCount(samples, "--samples", limit: 1_000_000) }
    for (text, name) in [(budget, "--budget"), (cellTime, "--cell-time")] {
      if let text, AblationBudget.seconds(text) == nil {
        throw ValidationError("\(name) is a time such as 90s, 45m or 2h30m, found \(text)")
      }
    }
    if noScores, !metric.isEmpty { throw ValidationError("--no-scores and --metric exclude each other") }
    if places.count > 1 {
      throw ValidationError("one configuration or folder at a time, found \(places.joined(separator: " "))")
    }
  }

  func run() throws {
    let catalogs = CommandContext.catalogs
    let launch = try launcherPlugin(catalogs.launchers)
    let isElsewhere = launch.isRemote && compute.device != "auto"
    let device = try isElsewhere ? .cpu : compute.prepare()
    try refuseBesideFolder()
    _ = signal(SIGPIPE, SIG_IGN)
    let interruption = Interruption.fromSignals()
    let build = try Build()
    let progress = StageProgress(isQuiet: quiet)
    let setup = AblationSetup(
      catalogs: catalogs, build: build, deviceName: isElsewhere ? compute.device : "\(device)",
      device: device, jobs: jobs, threads: compute.threads,
      tolerance: tolerance, interruption: interruption, progress: progress)
    if plan {
      if existing != nil {
        throw Failure(.usage, "--plan needs what the matrix is made of: a configuration file or axes")
      }
      let plan = try setup.plan(request())
      progress.finish()
      print(json ? PlanReport(plan: plan).json : PlanReport(plan: plan).text(width: Console.width))
      return
    }
    if dryRun {
      let cells =
        try existing.map { try AblationFolder(opening: $0).definition.cells }
        ?? setup.checked(request()).cells.map(\.cell)
      progress.finish()
      let table = AblationSetup.table(cells)
      print(json ? table.json : table.text(width: Console.width))
      return
    }
    let folder =
      try existing.map { try setup.open($0, only: Set(cell)) } ?? setup.make(request(), at: location())
    progress.finish()
    try setup.check(folder, cells: cell, redo: redo)
    try work(on: folder, with: launch, build: build, interruption)
  }

  private func work(
    on folder: AblationFolder, with launcher: any Launcher, build: Build, _ interruption: Interruption
  ) throws {
    var options = AblationScheduler.Options()
    options.jobs = jobs
    options.timeLimit = cellTime.flatMap(AblationBudget.seconds)
    options.only = Set(cell)
    let left = try folder.unfinishedCells().filter { cell.isEmpty || cell.contains($0.name) }
    let display = AblationDisplay(folder: folder, left: left.count, isQuiet: quiet)
    display.begin(jobs: jobs)
    defer { display.end() }
    let elsewhere = try launcher.launch(
      LaunchWork(
        folder: folder, cells: left, build: build, allowsAnyBuild: anyBuild,
        options: options,
        interruption: interruption, report: display.report))
    display.end()
    if let elsewhere {
      print("\(elsewhere)\nwatch it with: moca watch \(folder.url.path.shellWord)")
      return
    }
    try AblationResult(
      folder: folder, only: Set(cell), writesReport: !noReport && cell.isEmpty, isQuiet: quiet
    ).show(
      json: json)
  }
}

extension AblateCommand {
  private var tolerance: AblationFolder.Tolerance {
    var tolerance = AblationFolder.Tolerance()
    tolerance.extends = extend
    tolerance.allowsAnyBuild = anyBuild
    return tolerance
  }

  /// The words that are no settings: a file or a folder.
  private var places: [String] { words.filter { !$0.contains("=") } }

  /// The folder that is named to be continued.
  private var existing: URL? { places.first.flatMap(RunLocation.ablation) }

  /// Beside a folder nothing can be changed: what would be passed over is refused.
  private func refuseBesideFolder() throws {
    guard let existing else { return }
    let settings = words.filter { $0.contains("=") && !isLauncherSetting($0) }
    let options: [(String, Bool)] = [
      ("--output", output != nil), ("--budget", budget != nil), ("--metric", !metric.isEmpty),
      ("--samples", samples != nil), ("--no-scores", noScores), ("--skip-refused", skipRefused),
      ("--extend", extend),
    ]
    if let found = settings.first ?? options.first(where: \.1)?.0 {
      throw Failure(
        .usage,
        "\(Console.path(existing)) is continued as it was made, and \(found) would change it; leave it out, or give the "
          + "configuration file and axes that it was made from")
    }
  }

  /// The words that begin with the launcher's name are its settings.
  private func isLauncherSetting(_ word: String) -> Bool { word.hasPrefix(launcher + ".") }

  private func launcherPlugin(_ catalog: LauncherCatalog) throws -> any Launcher {
    let entry = try catalog.entry(named: launcher)
    let settings = try words.filter(isLauncherSetting).reduce(ConfigurationValue.empty) { tree, word in
      tree.merged(with: try Experiment.layer(override: String(word.dropFirst(launcher.count + 1))))
    }
    return try entry.make(settings, launcher, ())
  }

  private func request() throws -> AblationRequest {
    let file = try places.first.map(ConfigurationFile.read) ?? .empty
    let arguments = words.filter { $0.contains("=") && !isLauncherSetting($0) }
    var request = try AblationRequest(
      file: file, arguments: arguments, optimizers: CommandContext.catalogs.optimizers)
    if !metric.isEmpty { request.scoring.metrics = metric }
    if noScores { request.scoring.metrics = [] }
    if !metric.isEmpty || noScores { request.choosesMetrics = true }
    if let samples { request.scoring.samples = samples }
    request.skipsRefused = skipRefused
    request.budget = budget.flatMap(AblationBudget.seconds).map {
      AblationBudget(seconds: $0, share: budgetBy)
    }
    return request
  }

  /// `--output`, or a name that the same words give again.
  private func location() throws -> URL {
    if let output { return try RunLocation.new(output) }
    let stem = places.first.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
    let axes = try request().axes.map { $0.key.split(separator: ".").last.map(String.init) ?? $0.key }
    return RunLocation.folder(named: ([stem ?? "ablation"] + axes).joined(separator: "-"))
  }
}

extension AblationBudget.Share: ExpressibleByArgument {}
