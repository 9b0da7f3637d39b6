import MoCAProtocols

/// Collects the scalars of steps on the device and reads them back all at once.
struct StepRecorder {
  private var names: [String] = []
  private var pending: [(step: Int, values: Tensor)] = []

  /// Notes a step's scalars without reading them.
  mutating func note(step: Int, _ scalars: [NamedTensor]) {
    names = scalars.map(\.name)
    pending.append((step, .stacked(scalars.map { $0.tensor.detached().to(dtype: .float32) })))
  }

  /// Reads everything noted since the last call.
  ///
  /// - Returns: The means under their names, in order; empty where nothing was noted.
  /// - Throws: ``TrainingError/notFinite(term:step:value:checkpoint:)`` for the first step and term that is not finite.
  mutating func flush(lastCheckpoint: String?) throws -> [(String, Double)] {
    if pending.isEmpty { return [] }
    let columns = names.count
    let values = Tensor.stacked(pending.map(\.values)).doubles
    for (row, entry) in pending.enumerated() {
      for column in 0..<columns where !values[row * columns + column].isFinite {
        throw TrainingError.notFinite(
          term: names[column], step: entry.step, value: values[row * columns + column],
          checkpoint: lastCheckpoint)
      }
    }
    let count = Double(pending.count)
    pending.removeAll(keepingCapacity: true)
    return names.enumerated().map { column, name in
      (name, stride(from: column, to: values.count, by: columns).reduce(0) { $0 + values[$1] } / count)
    }
  }
}
