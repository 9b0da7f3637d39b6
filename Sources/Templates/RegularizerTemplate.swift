extension PluginTemplate {
  /// The energy distance: short, correct, and right for every prior.
  package static let regularizer = PluginTemplate(
    kind: "regularizer",
    text: #"""
      import MoCAProtocols

      /// The energy distance between the codes and draws of the prior (Székely and Rizzo, "Energy statistics: A class of
      /// statistics based on distances", J. Statistical Planning and Inference 143, 2013).
      ///
      /// 2 E|z − p| − E|z − z′| − E|p − p′| over codes z and draws p; the mean over pairs, none of a point with itself, so
      /// that the expectation does not depend on the batch. Zero where codes and prior are alike, above it elsewhere.
      // Change here: the method, its formula, its unit.
      public final class __Type__: RegularizerPlugin {
        public static let name = "__name__"
        // One line for `moca list`.
        public static let summary = "energy distance between codes and draws of the prior"
        // A paragraph and the formula for `moca describe` and the reference page.
        public static let about = """
          Codes are pulled towards draws of the prior and pushed away from one another. There is nothing to tune but \
          the weight, and any prior that can be sampled will do. The cost grows with the square of the batch. Choose it \
          where a kernel's bandwidth would be a guess.
          """
        public static let formula = "2 E|z − p| − E|z − z′| − E|p − p′|     z: codes, p: draws of the prior"
        public static let reference = Citation(
          "Székely and Rizzo, Energy statistics, J. Statistical Planning and Inference 2013",
          url: "https://doi.org/10.1016/j.jspi.2013.03.018")

        public struct Configuration: RegularizerConfiguration {
          @Setting(.weight, source: "ours: a starting point")
          public var weight: Weight = 100
          // Change here: a setting is a default, a text, a bound, and where the default comes from.
          @Setting(
            "draws of the prior in a step; null for as many as codes", .between(2, 1_048_576), source: "ours")
          public var draws: Int?

          public init() {}
        }

        private let draws: Int?

        // Change here: throw ConfigurationError.incompatible for a context.prior that the method cannot match.
        public init(_ configuration: Configuration, context: RegularizerContext) throws {
          draws = configuration.draws
        }

        // Change here: rank 0, a function of context.latents, smallest where the codes follow the prior.
        public func penalty(in context: RegularizationContext) -> Penalty {
          let codes = context.latents  // [batch, latentSize]
          let stored = context.recollection.population.map { [$0] } ?? []
          let others = Tensor.concatenated([codes.detached()] + stored)  // [batch + population, latentSize]
          let targets = context.priorSamples(draws ?? others.shape[0])
          let anchors = targets.narrowed(along: 0, from: 0, count: min(codes.shape[0], targets.shape[0]))
          // Only the first point of a pair of codes is live; twice its gradient is the gradient of both.
          let within = meanDistance(codes, others, isPairedWithItself: true).scalingGradient(by: 2)
          let across = meanDistance(codes, targets, isPairedWithItself: false)
          let reference = meanDistance(anchors, targets, isPairedWithItself: true)
          return Penalty(2 * across - within - reference)
        }

        /// The mean distance over all pairs; where the first rows of `second` are `first` itself, without equal pairs.
        private func meanDistance(_ first: Tensor, _ second: Tensor, isPairedWithItself: Bool) -> Tensor {
          // The bound keeps the gradient finite where two points are one.
          let distances = first.squaredDistances(to: second).clamped(min: 1e-12).squareRoot()
          if !isPairedWithItself { return distances.mean() }
          let pairs = first.shape[0] * (second.shape[0] - 1)
          return (distances.sum() - distances.diagonal().sum()) / Double(pairs)
        }
      }

      """#,
    additions: [Addition(catalog: "regularizers", suffix: "", file: "Sources/Regularizers/Catalog.swift")])
}
