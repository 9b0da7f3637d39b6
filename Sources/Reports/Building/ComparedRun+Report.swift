import Comparison
import MoCAProtocols
import Runner

/// What a report reads off a run.
extension ComparedRun {
  /// The name of its regularizer.
  var regularizer: String? { run?.configuration["regularizer"]?["name"]?.text }

  /// A reconstruction error of the training's log, which is in the run's own unit, summed over an image; `nil` where
  /// the record does not tell how many values that is.
  func summedReconstruction(_ value: Double?) -> Double? {
    let name = run?.configuration["reconstruction"]?["unit"]?.text
    guard let value, let unit = name.flatMap(ReconstructionConfiguration.Unit.init), unit != .sum else {
      return value
    }
    return run?.record?.imageShape.map { value / unit.factor(valueCount: $0.valueCount) }
  }

  /// What its codes should follow.
  struct CodePrior: Hashable {
    let prior: ConfigurationValue
    let size: Int

    private var name: String { prior["name"]?.text ?? prior.text ?? "prior" }

    /// What tells it from the others, in few letters: its name, its size, its settings.
    func label(among codePriors: [CodePrior]) -> String {
      let alike = codePriors.filter { $0.name == name }
      let hasName = alike.count < codePriors.count
      let hasSize = alike.contains { $0.size != size }
      let hasSettings = alike.contains { $0 != self && $0.size == size }
      let settings = prior.members.filter { $0.key != "name" }.map {
        "\($0.key)=\($0.value.text ?? $0.value.json)"
      }
      let parts = [hasName ? name : "prior", hasSize ? "size \(size)" : nil] + (hasSettings ? settings : [])
      return codePriors.count == 1 ? "draws of the prior" : parts.compactMap { $0 }.joined(separator: " ")
    }
  }

  /// The prior with its settings, and the size of the codes.
  var codePrior: CodePrior? {
    guard let configuration = run?.configuration, let prior = configuration["prior"] else { return nil }
    return CodePrior(prior: prior, size: configuration["latent"]?["size"]?.int ?? 0)
  }
}
