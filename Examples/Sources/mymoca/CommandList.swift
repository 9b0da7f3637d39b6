import Ablation
import Foundation
import MoCAProtocols

/// Writes a line of shell for every cell that is not finished, for whatever runs lines of shell: `sh`, `xargs`, GNU
/// parallel, a queueing system, a colleague.
public struct CommandList: LauncherPlugin {
  public static let name = "commands"
  public static let summary = "nowhere yet: a file with one command for each cell"
  public static let about = """
    Writes the commands that work on the cells and starts none. Run them in any order, at the same time and on several \
    machines that share the folder: a cell is claimed before it is run, so a line that is run twice does no harm.
    """
  public static let reference = Citation.project

  /// The settings.
  public struct Configuration: PluginConfiguration {
    @Setting("the file; null for commands.txt in the folder of the ablation") public var file: String?

    public init() {}
  }

  public let isRemote = true
  private let file: String?

  public init(_ configuration: Configuration) { file = configuration.file }

  public func launch(_ work: LaunchWork) throws -> String? {
    if work.cells.isEmpty { return nil }
    let target =
      file.map { URL(fileURLWithPath: $0) } ?? work.folder.url.appendingPathComponent("commands.txt")
    let lines = work.cells.map { work.command(for: $0) + "\n" }.joined()
    do {
      try lines.write(to: target, atomically: true, encoding: .utf8)
    } catch {
      throw AblationError.launcher("\(target.path) cannot be written: \(error.localizedDescription)")
    }
    return "wrote \(work.cells.count) commands to \(target.path)"
  }
}
