/// A counter-based generator (SplitMix64) that starts from a seed, a name and up to two numbers.
///
/// Streams of different names are independent, and any one of them can be started again at once: what an
/// epoch or an image draws depends on nothing that was drawn before. The algorithms here are fixed, unlike the
/// standard library's shuffling, so that a seed means the same on every version of Swift.
struct RandomStream {
  private var state: UInt64

  /// The stream `name` of `seed` for the numbers `first` and `second`.
  init(seed: UInt64, _ name: StaticString, _ first: UInt64 = 0, _ second: UInt64 = 0) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a of the name
    name.withUTF8Buffer { for byte in $0 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 } }
    var mixed = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    mixed = Self.combine(mixed, hash)
    mixed = Self.combine(mixed, first)
    state = Self.combine(mixed, second)
  }

  /// 64 random bits.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A whole number in 0 ..< `bound`, without bias (Lemire 2019).
  mutating func below(_ bound: Int) -> Int {
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A number in [0, 1) with 24 bits.
  mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number in [`range.lowerBound`, `range.upperBound`).
  mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Fisher-Yates.
  mutating func shuffle(_ values: inout [Int]) {
    var last = values.count - 1
    while last > 0 {
      values.swapAt(last, below(last + 1))
      last -= 1
    }
  }

  private static func combine(_ seed: UInt64, _ part: UInt64) -> UInt64 {
    mix(seed ^ mix(part &+ 0x632B_E59B_D9B4_E019))
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
