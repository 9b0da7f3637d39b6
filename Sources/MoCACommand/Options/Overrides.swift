import MoCAProtocols
import Runner

/// The `key=value` arguments as one layer of configuration.
///
/// They count as if they stood together in a file, so their order does not matter: `regularizer=mmd` after
/// `regularizer.weight=3` leaves the weight. Of two values for one key the last one holds.
struct Overrides {
  let layer: ConfigurationValue

  /// Reads the arguments.
  ///
  /// - Throws: `ConfigurationError` for an argument that is no override.
  init(_ arguments: [String]) throws {
    let plain = Set(Experiment.sections.map(\.name))
    let layers = try arguments.map { argument in
      var layer = try Experiment.layer(override: argument)
      for member in layer.members where !plain.contains(member.key) {
        // A section's name for its plugin is short for the key `name`.
        if case .object = member.value { continue }
        layer[member.key] = .object([.init("name", member.value)])
      }
      return layer
    }
    let merged = layers.reduce(ConfigurationValue.empty) { $0.merged(with: $1) }
    // What is said of both networks comes before what is said of one.
    let isGroup = { (member: ConfigurationValue.Member) in member.key == "backbone" }
    layer = .object(merged.members.filter(isGroup) + merged.members.filter { !isGroup($0) })
  }
}
