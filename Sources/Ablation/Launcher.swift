import Foundation
import MoCAProtocols
import Runner

/// What a launcher is to start.
public struct LaunchWork: Sendable {
  /// The folder of the matrix; it is written whole.
  public let folder: AblationFolder
  /// The cells that are not finished.
  public let cells: [AblationCell]
  /// The program, which works on a cell with `ablate FOLDER --cell NAME`.
  public let build: Build
  /// Whether cells of another build are taken as they are.
  public let allowsAnyBuild: Bool
  /// How the work on this machine is done.
  public let options: AblationScheduler.Options
  /// Whether the work should come to an end.
  public let interruption: Interruption
  /// Hears what happens.
  public let report: @Sendable (AblationScheduler.Event) -> Void

  public init(
    folder: AblationFolder, cells: [AblationCell], build: Build, allowsAnyBuild: Bool = false,
    options: AblationScheduler.Options, interruption: Interruption,
    report: @escaping @Sendable (AblationScheduler.Event) -> Void
  ) {
    self.folder = folder
    self.cells = cells
    self.build = build
    self.allowsAnyBuild = allowsAnyBuild
    self.options = options
    self.interruption = interruption
    self.report = report
  }
}

/// Where the cells of an ablation are run.
public protocol Launcher: Sendable {
  /// Whether cells run elsewhere: their device need not be on this machine.
  var isRemote: Bool { get }
  /// Starts the work.
  ///
  /// - Returns: What a person should know, where the work goes on elsewhere; `nil` where it is done.
  /// - Throws: ``AblationError``, `StorageError`.
  func launch(_ work: LaunchWork) throws -> String?
}

extension Launcher {
  public var isRemote: Bool { false }
}

/// A launcher that can be chosen by name.
public protocol LauncherPlugin: Launcher, Plugin {
  /// Builds the launcher.
  init(_ configuration: Configuration) throws
}

/// The kind of launchers.
public enum LauncherKind: PluginKind {
  public typealias Context = Void
  public typealias Product = any Launcher
  public typealias Declared = any LauncherPlugin.Type
  public static let name = "launcher"
}

public typealias LauncherCatalog = Catalog<LauncherKind>

extension LauncherCatalog {
  /// The catalog with one more launcher.
  public func adding<P: LauncherPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { settings, _ in try P(settings) })
  }
}

extension Catalogs {
  /// Where the cells of an ablation are run.
  public var launchers: LauncherCatalog {
    get { self[LauncherKind.self] }
    set { self[LauncherKind.self] = newValue }
  }
}
