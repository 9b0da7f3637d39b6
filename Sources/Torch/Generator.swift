import CTorch

/// A stream of random numbers on a device. Every random draw in the project names the stream it comes from.
public final class Generator {
  let raw: ct_generator
  /// Where the stream draws.
  public let device: Device

  /// A stream that depends on the seed only.
  public init(seed: UInt64, device: Device = .cpu) {
    var result: ct_generator?
    trapping("Generator.init", []) { ct_generator_new(&result, device.code, seed) }
    guard let result else { fatalError("no generator for \(device)") }
    raw = result
    self.device = device
  }

  deinit { ct_generator_free(raw) }

  /// The whole state as bytes, `[count]` of `uint8` on the host; what a checkpoint stores.
  public var state: Tensor { tensor("Generator.state", []) { ct_generator_get_state($0, raw) } }

  /// Takes the stream back to a state.
  ///
  /// - Throws: ``TorchError`` where the bytes are not a state of this kind of generator.
  public func restore(_ state: Tensor) throws {
    try throwing { ct_generator_set_state(raw, state.raw) }
  }
}
