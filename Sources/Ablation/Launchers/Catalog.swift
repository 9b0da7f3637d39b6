import PluginKit

extension LauncherCatalog {
  /// Every launcher of this package: one line each.
  public static let standard = LauncherCatalog(kind: "launcher")
    .adding(LocalLauncher.self)
    .adding(SlurmLauncher.self)
}
