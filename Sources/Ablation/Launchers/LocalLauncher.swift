import PluginKit

/// Runs the cells on this machine, in processes of their own.
public struct LocalLauncher: LauncherPlugin {
  public typealias Configuration = NoSettings
  public static let name = "local"
  public static let summary = "on this machine, as many cells at a time as there are jobs"
  public static let reference = Citation.project
  public static let about = """
    Works on the cells on this machine, each in a process of its own, as many at a time as there are jobs. Several of these \
    may work on one folder, on one machine or on several that share it: a cell is claimed before it is run.
    """

  public init(_ configuration: NoSettings) {}

  public func launch(_ work: LaunchWork) throws -> String? {
    try AblationScheduler(
      work.folder, build: work.build, options: work.options, interruption: work.interruption,
      report: work.report
    ).run()
    return nil
  }
}
