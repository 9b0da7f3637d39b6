import MoCAProtocols
import Priors
import Testing

@Suite("The kernel density of codes")
struct KernelDensitySamplerTests {
  @Test(
    "densities equal those of SciPy and scikit-learn",
    arguments: [("scott", "scott"), ("silverman", "silverman"), ("0.425", "fixed")])
  func densities(_ bandwidth: String, _ name: String) throws {
    let fixtures = try Fixtures.tensors("samplers")
    let sampler = try KernelDensitySampler.make(
      "bandwidth: \(bandwidth)", samplerContext("normal", latentSize: 3))
    try sampler.fit(to: fixtures["kernel.codes"], using: Generator(seed: 0))
    let found = sampler.logDensity(of: try fixtures["kernel.points"])
    #expect(relativeDifference(found, try fixtures["kernel.\(name)"]) < 1e-9)
  }

  @Test("draws have the codes' mean, and their covariance times one plus the squared factor")
  func draws() throws {
    let generator = Generator(seed: 1)
    let codes =
      Tensor.normal([200, 2], using: generator).matmul(Tensor([Float(2), 1, 0, 0.5], shape: [2, 2])) + 1
    let sampler = try KernelDensitySampler.make("{}", samplerContext("normal", latentSize: 2))
    try sampler.fit(to: codes, using: generator)
    let draws = sampler.sample(100_000, using: generator)
    let factor = try #require(KernelBandwidth.scott.factor(count: 200, size: 2))
    let (found, expected) = (covariance(draws), covariance(codes) * (1 + factor * factor))
    #expect(relativeDifference(draws.mean(along: 0), codes.mean(along: 0)) < 0.02)
    #expect(relativeDifference(found, expected) < 0.02)
  }

  @Test("a bandwidth is a rule or a number above zero, and survives being stored")
  func settings() throws {
    for text in ["scott", "silverman", "0.425"] {
      let configuration = try KernelDensitySampler.Configuration(
        ConfigurationValue(yaml: "bandwidth: \(text)"), path: "sampler")
      let again = try KernelDensitySampler.Configuration(configuration.tree, path: "sampler")
      #expect(again.bandwidth == configuration.bandwidth)
    }
    for text in ["0", "-1", "wide", "[1]"] {
      #expect(throws: ConfigurationError.self) {
        try KernelDensitySampler.Configuration(
          ConfigurationValue(yaml: "bandwidth: \(text)"), path: "sampler")
      }
    }
  }

  private func covariance(_ points: Tensor) -> Tensor {
    let gaps = points - points.mean(along: 0)
    return gaps.transposed().matmul(gaps) / Double(points.shape[0] - 1)
  }
}
