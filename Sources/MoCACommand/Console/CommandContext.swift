import Runner

/// What the commands know beside their arguments.
enum CommandContext {
  /// The plugins that can be chosen by name.
  @TaskLocal static var catalogs = Catalogs.standard
}
