import Foundation
import MoCAProtocols

extension TrainingState {
  /// Every tensor of the state under its name in a checkpoint.
  var namedTensors: [NamedTensor] {
    moduleTensors + optimizerTensors + streams.states.map { NamedTensor("streams.\($0.name)", $0.tensor) }
  }

  private var moduleTensors: [NamedTensor] {
    model.namedTensors() + memory.namedTensors().map { NamedTensor("memory.\($0.name)", $0.tensor) }
      + regularizer.namedTensors().map { NamedTensor("regularizer.\($0.name)", $0.tensor) }
      + penaltyWeight.namedTensors().map { NamedTensor("weight.\($0.name)", $0.tensor) }
  }

  private var optimizerTensors: [NamedTensor] {
    optimizer.state.map { NamedTensor("optimizer.\($0.name)", $0.tensor) }
      + (criticOptimizer?.state ?? []).map { NamedTensor("criticOptimizer.\($0.name)", $0.tensor) }
  }

  /// The state as records of a checkpoint.
  var records: [TensorRecord] { namedTensors.map { $0.tensor.record(named: $0.name) } }

  /// Takes over the state of a checkpoint.
  ///
  /// - Throws: `StateError` with every name that does not fit; `TorchError` for a stream of another device.
  func restore(_ records: [TensorRecord], completedSteps: Int) throws {
    let prefix = "streams."
    var tensors: [String: Tensor] = [:]
    var states: [NamedTensor] = []
    for record in records {
      let tensor = try Tensor(record)
      if record.name.hasPrefix(prefix) {
        states.append(NamedTensor(String(record.name.dropFirst(prefix.count)), tensor))
      } else {
        tensors[record.name] = tensor
      }
    }
    try TorchNN.restore(moduleTensors + optimizerTensors, from: tensors)
    try streams.restore(states)
    self.completedSteps = completedSteps
  }
}
