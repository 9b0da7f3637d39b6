import Datasets
import Foundation
import MoCAProtocols

extension RunRecord {
  /// Describes a run that is about to start.
  init(state: TrainingState, data: DataSource, orderDigest: String, totalSteps: Int) {
    self.init()
    let shape = data.images.shape
    version = Self.programVersion
    libtorch = Runtime.version
    device = "\(state.device)"
    threads = Runtime.threadCount
    machine = Self.thisMachine
    steps = totalSteps
    parameters = state.model.parameterCount
    weightInCommonUnit = state.commonWeight.map { .fixed($0) } ?? .automatic
    imageSizes = [shape.channels, shape.height, shape.width]
    trainingImages = data.split.training.count
    heldOutImages = data.split.heldOut.count
    dataDigest = data.images.digest
    weightDigest = Self.digest(of: state.model)
    self.orderDigest = "sha256:" + orderDigest
  }

  private static var thisMachine: String {
    let info = ProcessInfo.processInfo
    return "\(info.operatingSystemVersionString), \(info.activeProcessorCount) cores"
  }
}
