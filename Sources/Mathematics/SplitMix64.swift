/// A counter-based generator on the host (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators",
/// OOPSLA 2014) that can start from a seed, a name and up to two numbers.
///
/// Streams of different names are independent, and any one of them can be started again at once: what an
/// epoch or an image draws depends on nothing that was drawn before. The algorithms here are fixed, unlike the
/// standard library's shuffling, so that a seed means the same on every version of Swift.
package struct SplitMix64 {
  private var state: UInt64

  /// The plain generator, whose seed is its state.
  package init(state: UInt64) { self.state = state }

  /// The stream `name` of `seed` for the numbers `first` and `second`.
  package init(seed: UInt64, _ name: StaticString, _ first: UInt64 = 0, _ second: UInt64 = 0) {
    let hash = name.withUTF8Buffer(Self.hash)
    var mixed = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    mixed = Self.combine(mixed, hash)
    mixed = Self.combine(mixed, first)
    state = Self.combine(mixed, second)
  }

  /// 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A whole number in 0 ..< `bound`, without bias (Lemire 2019).
  package mutating func below(_ bound: Int) -> Int {
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A number in [0, 1) with 24 bits.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number in [`range.lowerBound`, `range.upperBound`).
  package mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Fisher-Yates.
  package mutating func shuffle(_ values: inout [Int]) {
    var last = values.count - 1
    while last > 0 {
      values.swapAt(last, below(last + 1))
      last -= 1
    }
  }

  private static func combine(_ seed: UInt64, _ part: UInt64) -> UInt64 {
    mix(seed ^ mix(part &+ 0x632B_E59B_D9B4_E019))
  }

  /// The finishing step: a permutation of the numbers in which every bit of the result depends on every bit.
  package static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// FNV-1a (Fowler, Noll and Vo), with which names become numbers.
  package static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}
