import Runner

/// What the commands know beside their arguments.
enum CommandContext {
  @TaskLocal static var catalogs = Catalogs.standard
}
