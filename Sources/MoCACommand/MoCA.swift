import ArgumentParser
import Foundation
import Runner

/// The command line. A package with plugins of its own has the whole of it in one line:
///
/// ```swift
/// var catalogs = Catalogs.standard
/// catalogs.regularizers = catalogs.regularizers.adding(MyRegularizer.self)
/// MoCA.main(catalogs: catalogs)
/// ```
public enum MoCA {
  /// Runs the command that the process was called with, and ends the process with its exit code.
  public static func main(catalogs: Catalogs = .standard) -> Never {
    exit(run(Array(CommandLine.arguments.dropFirst()), catalogs: catalogs))
  }

  /// Runs a command.
  ///
  /// - Parameters:
  ///   - arguments: The words after the program's name.
  ///   - catalogs: The plugins that can be chosen by name.
  /// - Returns: The exit code: 0 done, 64 wrong usage or configuration, 65 bad data, 74 disk, 130 interrupted, 1
  ///   the rest.
  public static func run(_ arguments: [String], catalogs: Catalogs = .standard) -> Int32 {
    // A file-size limit then shows as an error of the write, like a full disk, and not as the end of the process.
    _ = signal(SIGXFSZ, SIG_IGN)
    return CommandContext.$catalogs.withValue(catalogs) {
      do {
        try RootCommand.checkSubcommand(arguments)
        var command = try RootCommand.parseAsRoot(arguments)
        try command.run()
        return 0
      } catch {
        return Failure.report(error, arguments: arguments)
      }
    }
  }
}
