import CTorch

/// What is known and set about the library as a whole.
public enum Runtime {
  /// The version of libtorch that the program was built for, as in `2.13.0`.
  public static var version: String { String(cString: ct_header_version()) }

  /// Whether the program was linked against a libtorch with CUDA.
  public static var isBuiltWithCUDA: Bool { ct_built_with_cuda() }

  /// Number of CUDA devices that can be used.
  public static var cudaDeviceCount: Int { Int(ct_cuda_device_count()) }

  /// Threads that one operation may use on the CPU.
  public static var threadCount: Int { Int(ct_get_thread_count()) }

  /// Sets ``threadCount``; call it before the first operation.
  public static func setThreadCount(_ count: Int) {
    trapping("setThreadCount", []) { ct_set_thread_count(Int32(count)) }
  }

  /// Allows TensorFloat-32 (10 bits of mantissa) in matrix products and convolutions on CUDA.
  public static func setTF32(isAllowed: Bool) {
    trapping("setTF32", []) { ct_set_tf32_allowed(isAllowed) }
  }

  /// Prefers algorithms that give the same bits every time.
  public static func setDeterministic(_ isDeterministic: Bool) {
    trapping("setDeterministic", []) { ct_set_deterministic(isDeterministic) }
  }

  /// Waits until the device has done what it was asked to.
  public static func synchronize(_ device: Device) {
    trapping("synchronize", []) { ct_synchronize(device.code) }
  }

  /// Checks that the library found at run time is the one that the program was built for.
  ///
  /// - Throws: ``TorchError`` with both versions.
  public static func verify() throws {
    let (built, found) = (ct_header_abi_version(), ct_library_abi_version())
    if built != found {
      throw TorchError(
        kind: .other,
        message: "this program was built for libtorch \(readable(built)) and runs with \(readable(found)); "
          + "rebuild it (`make build`) or point LIBTORCH to the version it was built for")
    }
  }

  /// The device called `name`.
  ///
  /// - Parameter name: `auto` (CUDA where there is one), `cpu`, `cuda` or `cuda:1`.
  /// - Throws: ``TorchError`` with what is there.
  public static func device(named name: String) throws -> Device {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("auto", 1): return cudaDeviceCount > 0 ? .cuda : .cpu
    case ("cpu", 1): return .cpu
    case ("cuda", 1...2):
      guard let index = parts.count == 1 ? 0 : Int(parts[1]) else { break }
      if index >= 0, index < cudaDeviceCount { return .cuda(index) }
      let reason =
        isBuiltWithCUDA
        ? "libtorch sees \(cudaDeviceCount) CUDA devices" : "this build of libtorch has no CUDA; set LIBTORCH"
      throw TorchError(kind: .value, message: "the device \(name) is not available: \(reason)")
    default: break
    }
    throw TorchError(kind: .value, message: "unknown device \"\(name)\" (available: auto, cpu, cuda, cuda:N)")
  }

  private static func readable(_ version: UInt64) -> String {
    "\(version >> 56).\((version >> 48) & 0xFF).\((version >> 40) & 0xFF)"
  }
}
