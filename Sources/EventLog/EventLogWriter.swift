import Foundation
import SwiftProtobuf

/// Writes the events of one TensorBoard event file: scalars, images, hyper-parameters.
///
/// Every event is one record and is handed over whole, so a killed process leaves at most its last record torn, which
/// TensorBoard passes over. The caller keeps the file, and decides what its errors are:
/// ```swift
/// let name = EventLogWriter.fileName(seconds: 1_700_000_000)
/// let log = try EventLogWriter(firstStep: 1) { try file.write($0) }
/// try log.scalars(step: 20, [("loss/penalty", 0.5)])
/// ```
package struct EventLogWriter {
  private let clock: () -> Double
  private let write: (Data) throws -> Void

  /// Begins a file with its version and the start of a session.
  ///
  /// - Parameters:
  ///   - firstStep: The first step that will be written. Where an earlier file of the run has a session too,
  ///     TensorBoard drops its points from this step on.
  ///   - clock: Seconds since 1970, asked once for every event.
  ///   - write: Appends a record to the file, in one call to the system.
  /// - Throws: What `write` throws.
  package init(
    firstStep: Int, clock: @escaping () -> Double = { Date().timeIntervalSince1970 },
    write: @escaping (Data) throws -> Void
  ) throws {
    self.clock = clock
    self.write = write
    try append {
      $0.fileVersion = "brain.Event:2"
      $0.sourceMetadata.writer = "moca"
    }
    try append {
      $0.step = Int64(firstStep)
      $0.sessionLog.status = .start
    }
  }

  /// Writes the values of a step in one event. TensorBoard keeps 32 bits of a value and folds tags at their slashes.
  ///
  /// - Throws: What the file's `write` throws.
  package func scalars(step: Int, _ values: [(tag: String, value: Double)]) throws {
    let values = values.map { tag, value in
      Tensorboard_Summary.Value.with { ($0.tag, $0.simpleValue) = (tag, Float(value)) }
    }
    try append(step: step, values)
  }

  /// Writes a picture of a step.
  ///
  /// - Throws: ``EventLogError/notAPNG(tag:)``, and what the file's `write` throws.
  package func image(step: Int, tag: String, png: Data) throws {
    guard let header = PNGHeader(png) else { throw EventLogError.notAPNG(tag: tag) }
    let image = Tensorboard_Summary.Image.with {
      ($0.height, $0.width) = (Int32(clamping: header.height), Int32(clamping: header.width))
      $0.colorspace = header.channelCount
      $0.encodedImageString = png
    }
    try append(step: step, [.with { ($0.tag, $0.image) = (tag, image) }])
  }

  /// Writes the hyper-parameters of the run, by which the HParams page compares it with others.
  ///
  /// No experiment is declared: TensorBoard then lists the hyper-parameters and the scalars of all runs that it sees.
  /// - Throws: What the file's `write` throws.
  package func hyperparameters(_ hyperparameters: [Hyperparameter]) throws {
    let time = clock()
    try append(
      "session_start_info", at: time,
      .with {
        $0.sessionStartInfo.startTimeSecs = time
        $0.sessionStartInfo.hparams = Dictionary(
          hyperparameters.map { ($0.name, $0.value.message) }, uniquingKeysWith: { $1 })
      })
  }

  /// Writes how the run has ended. TensorBoard keeps the first end of a run, so one that may go on has none.
  ///
  /// - Throws: What the file's `write` throws.
  package func end(succeeded: Bool) throws {
    let time = clock()
    try append(
      "session_end_info", at: time,
      .with {
        $0.sessionEndInfo.status = succeeded ? .success : .failure
        $0.sessionEndInfo.endTimeSecs = time
      })
  }
}

extension EventLogWriter {
  /// `events.out.tfevents.1700000000.host.4711`: how TensorBoard knows an event file. It reads the files of a folder
  /// by name, so that a later one needs later seconds.
  package static func fileName(
    seconds: Int, host: String, process: Int32 = ProcessInfo.processInfo.processIdentifier
  ) -> String {
    let digits = String(seconds)
    return fileNamePrefix + String(repeating: "0", count: max(0, 10 - digits.count)) + digits
      + ".\(host).\(process)"
  }

  /// The seconds in the name of an event file; `nil` for any other name.
  package static func seconds(ofFileName name: String) -> Int? {
    guard name.hasPrefix(fileNamePrefix) else { return nil }
    return Int(name.dropFirst(fileNamePrefix.count).prefix { $0 != "." })
  }

  private static let fileNamePrefix = "events.out.tfevents."
}

extension EventLogWriter {
  /// Writes what the HParams plugin keeps as metadata of an empty value.
  private func append(_ name: String, at time: Double, _ data: Tensorboard_Hparams_HParamsPluginData) throws {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    let content: Data = try data.serializedBytes(options: options)
    let value = Tensorboard_Summary.Value.with {
      $0.tag = "_hparams_/\(name)"
      $0.tensor.dtype = .dtFloat
      $0.tensor.tensorShape.dim = [.init()]
      $0.metadata.pluginData.pluginName = "hparams"
      $0.metadata.pluginData.content = content
    }
    try append(at: time) { $0.summary.value = [value] }
  }

  private func append(step: Int, _ values: [Tensorboard_Summary.Value]) throws {
    try append {
      $0.step = Int64(step)
      $0.summary.value = values
    }
  }

  private func append(at time: Double? = nil, _ fill: (inout Tensorboard_Event) -> Void) throws {
    var event = Tensorboard_Event()
    event.wallTime = time ?? clock()
    fill(&event)
    try write(EventRecord.framed(event.serializedBytes()))
  }
}

extension Hyperparameter.Value {
  fileprivate var message: Google_Protobuf_Value {
    switch self {
    case .boolean(let value): .init(boolValue: value)
    // The page reads its data as JSON, which lacks numbers that are not finite.
    case .number(let value): value.isFinite ? .init(numberValue: value) : .init(stringValue: "\(value)")
    case .text(let value): .init(stringValue: value)
    }
  }
}
