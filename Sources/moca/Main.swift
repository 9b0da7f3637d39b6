import MoCACommand

/// The executable: the command line with the plugins of this package.
@main enum Main {
  static func main() { MoCA.main() }
}
