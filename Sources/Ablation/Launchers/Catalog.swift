import PluginKit

extension LauncherCatalog {
  /// Every launcher of this package: one line each.
  public static let standard = LauncherCatalog()
    .adding(LocalLauncher.self)
    .adding(SlurmLauncher.self)
}
