import Mathematics

/// The name of a stream of random numbers. A plugin that needs its own declares one in an extension.
public struct RandomStream: RawRepresentable, Hashable, Sendable {
  /// The name; it takes part in the stream's seed.
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  /// Draws of the posterior.
  public static let posterior = RandomStream(rawValue: "posterior")
  /// Draws of the prior inside regularizers and memories.
  public static let prior = RandomStream(rawValue: "prior")
  /// Random directions.
  public static let projections = RandomStream(rawValue: "projections")
  /// Initial weights of the encoder.
  public static let encoder = RandomStream(rawValue: "initialization.encoder")
  /// Initial weights of the decoder.
  public static let decoder = RandomStream(rawValue: "initialization.decoder")
  /// Initial values of a prior that has parameters.
  public static let priorInitialization = RandomStream(rawValue: "initialization.prior")
  /// Corruption of the encoder's input, and augmented views.
  public static let corruption = RandomStream(rawValue: "corruption")
  /// Noise on codes before they are decoded.
  public static let perturbation = RandomStream(rawValue: "perturbation")
  /// Initial weights of a regularizer's critic.
  public static let critic = RandomStream(rawValue: "initialization.critic")
  /// Initial contents of a memory.
  public static let memory = RandomStream(rawValue: "initialization.memory")
  /// Draws for pictures and evaluation; never used by a training step.
  public static let sampling = RandomStream(rawValue: "sampling")
}

/// Independent random streams derived from one seed by name.
///
/// Because each part draws from its own stream, swapping one part changes no other part's draws: two runs with
/// the same seed and different regularizers start from the same weights and see the same batches.
public final class RandomStreams {
  private let seed: UInt64
  private let device: Device
  private var generators: [RandomStream: Generator] = [:]

  /// Streams on `device` for a run's seed.
  public init(seed: UInt64, device: Device) {
    self.seed = seed
    self.device = device
  }

  /// The stream of that name, on the device of the run.
  public subscript(stream: RandomStream) -> Generator {
    if let generator = generators[stream] { return generator }
    let generator = Generator(seed: Self.seed(of: stream, from: seed), device: device)
    generators[stream] = generator
    return generator
  }

  /// The states of all streams used so far.
  public var states: [NamedTensor] {
    generators.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      NamedTensor($0.key.rawValue, $0.value.state)
    }
  }

  /// Takes streams back to stored states.
  ///
  /// - Throws: ``TorchError`` where a state is not one of this device's generators.
  public func restore(_ states: [NamedTensor]) throws {
    for state in states { try self[RandomStream(rawValue: state.name)].restore(state.tensor) }
  }

  /// FNV-1a over seed and name, finished by SplitMix64's mixing.
  public static func seed(of stream: RandomStream, from seed: UInt64) -> UInt64 {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: seed >> ($0 * 8)) } + Array(stream.rawValue.utf8)
    return SplitMix64.mix(bytes.withUnsafeBufferPointer(SplitMix64.hash))
  }
}
