import PluginKit

extension TrainingState {
  /// What a person may not have meant.
  ///
  /// - Parameter imageCount: Images to train on.
  public func warnings(imageCount: Int) -> [String] {
    var warnings: [String] = []
    let (population, steps, lag) = (memory.populationSize, schedule.totalSteps, memory.encoderLag)
    if population > imageCount {
      warnings.append(
        "the memory holds \(population) codes, more than the \(imageCount) training images: it repeats images; "
          + "set memory.capacity to \(imageCount) or less")
    }
    if lag > Double(steps) / 2, steps >= 100 {
      warnings.append(
        "the memory's copy of the encoder follows it in about \(Int(lag.rounded())) steps, and the run has "
          + "\(steps): its keys are those of an encoder that has long changed; memory.momentum="
          + "\(shortNumber(1 - 10 / Double(steps), digits: 3)) follows in a tenth of the run")
    }
    return warnings + regularizer.warnings
  }
}
