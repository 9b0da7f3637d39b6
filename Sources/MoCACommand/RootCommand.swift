import ArgumentParser
import MoCAProtocols
import Runner

struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "moca",
    abstract: "Train generative autoencoders, and compare what regularizes their latents.",
    discussion: """
      An autoencoder becomes generative when its codes follow a distribution that can be sampled. Which \
      penalty brings them there is the regularizer's choice: moca (momentum contrast on the sphere), mmd, \
      wae-gan, sliced-wasserstein, kl, none, and two dozen more (`moca list regularizer`). Everything is \
      chosen by name and set by key=value.

      Start here:
        moca train training.epochs=2                    MoCA on built-in images
        moca sample sprites-moca-seed0                  new images from that run
        moca evaluate sprites-moca-seed0                scores, each with its protocol
        moca ablate regularizer=moca,mmd seed=0,1       a matrix of runs, scored and compared
        moca compare sprites-moca-seed0 mine            runs beside each other
        moca list                                       every name that can be chosen
        moca describe moca                              its settings
        moca train dataset=images dataset.path=photos.zip dataset.size=64

      Exit codes: 0 done, 64 wrong usage or configuration, 65 bad data, 74 disk, 130 interrupted (after saving), \
      1 anything else.
      """,
    subcommands: [
      TrainCommand.self, AblateCommand.self, CompareCommand.self, ReportCommand.self, EvaluateCommand.self,
      SampleCommand.self,
      ReconstructCommand.self, InterpolateCommand.self, WatchCommand.self, RunsCommand.self, DiffCommand.self,
      ListCommand.self, DescribeCommand.self, InspectCommand.self, CheckCommand.self, NewCommand.self,
      DataCommand.self, ExtractorCommand.self,
    ])

  @Flag(name: .long, help: "Show the versions of this program and of libtorch, and whether CUDA is there.")
  var version = false

  func run() throws {
    guard version else {
      print(Self.helpMessage())
      return
    }
    print("moca      \(RunRecord.programVersion)")
    do {
      try Runtime.verify()
      print("libtorch  \(Runtime.version) (built for it and found)")
    } catch {
      print("libtorch  built for \(Runtime.version); \(error)")
    }
    print("CUDA      \(Self.cuda)")
  }

  private static var cuda: String {
    guard Runtime.isBuiltWithCUDA else { return "no (this libtorch is a CPU build)" }
    let count = Runtime.cudaDeviceCount
    return count == 0 ? "built in, but no device is there" : "yes, \(count) device\(count == 1 ? "" : "s")"
  }

  /// Refuses a word that is no subcommand, with the nearest one.
  static func checkSubcommand(_ arguments: [String]) throws {
    guard let word = arguments.first, !word.hasPrefix("-") else { return }
    let names = configuration.subcommands.map { $0._commandName }
    if names.contains(word) || word == "help" { return }
    throw Failure(.usage, "unknown command \"\(word)\"" + suggestion(for: word, among: names))
  }
}
