import PluginKit
import Testing

@Suite("Each element once")
struct UniquedTests {
  @Test("the first of equal elements stays where it stood")
  func elements() {
    #expect(["b", "a", "b", "c", "a"].uniqued() == ["b", "a", "c"])
    #expect([Int]().uniqued().isEmpty)
  }

  @Test("the first element of each key stays")
  func keys() {
    #expect([12, 31, 22, 5, 41].uniqued { $0 % 10 } == [12, 31, 5])
  }
}
