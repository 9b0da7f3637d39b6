/// How much the kit does. The defaults answer in seconds.
public struct ConformancePlan: Sendable {
  public var latentSize = 8
  /// Codes of a batch; at least 32.
  public var batchSize = 256
  /// Batches of the prior that make the null band.
  public var nullCount = 40
  /// Batches of each changed distribution.
  public var replicateCount = 6
  /// Steps of a critic, for methods that have one, before its penalty is read.
  public var criticSteps = 200
  /// Steps of the descent that starts at draws of the prior.
  public var descentSteps = 80
  /// Whether time and memory are measured: it takes the longest.
  public var measuresCost = true
  /// Free codes.
  public var freePointCount = 1024
  /// Steps in which free codes must arrive.
  public var freePointSteps = 1000
  /// Decides every draw.
  public var seed: UInt64 = 0

  public init() {}
}
