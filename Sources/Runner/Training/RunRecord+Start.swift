import Datasets
import MoCAProtocols

extension RunRecord {
  /// Describes a run that is about to start.
  init(state: TrainingState, data: DataSource, orderDigest: String, totalSteps: Int) {
    self.init(
      .object([
        .init("version", .string(Self.programVersion)),
        .init("libtorch", .string(Runtime.version)),
        .init("device", .string("\(state.device)")),
        .init("threads", .integer(Runtime.threadCount)),
        .init("machine", .string(Self.machine)),
        .init("steps", .integer(totalSteps)),
        .init("parameters", .integer(state.model.parameterCount)),
        .init("weightInCommonUnit", state.commonWeight.map { .number($0) } ?? .string("auto")),
        .init(
          "imageShape",
          .list(
            [data.images.shape.channels, data.images.shape.height, data.images.shape.width]
              .map { .integer($0) })),
        .init("trainingImages", .integer(data.split.training.count)),
        .init("heldOutImages", .integer(data.split.heldOut.count)),
        .init("dataDigest", .string(data.images.digest)),
        .init("weightDigest", .string(Self.digest(of: state.model))),
        .init("orderDigest", .string("sha256:" + orderDigest)),
      ]))
  }
}
