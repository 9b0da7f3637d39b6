import Datasets
import Testing

@Suite("Split")
struct SplitTests {
  @Test(
    "every image is on one side, in ascending order",
    arguments: [(10, 0.1), (1000, 0.25), (50_000, 0.1), (2, 0.9), (1, 0.5), (0, 0.5), (7, 0)])
  func partition(count: Int, holdout: Double) {
    let split = Split(count: count, holdout: holdout, seed: 3)
    #expect((split.training + split.heldOut).sorted() == Array(0..<count))
    #expect(split.training == split.training.sorted())
    #expect(split.heldOut == split.heldOut.sorted())
  }

  @Test("the held-out share is rounded, and neither side is empty where that can be helped")
  func sizes() {
    #expect(Split(count: 1000, holdout: 0.1, seed: 0).heldOut.count == 100)
    #expect(Split(count: 10, holdout: 0.001, seed: 0).heldOut.count == 1)
    #expect(Split(count: 3, holdout: 0.999, seed: 0).training.count == 1)
    #expect(Split(count: 1000, holdout: 0, seed: 0).heldOut.isEmpty)
  }

  @Test("the split is a function of the seed")
  func purity() {
    #expect(Split(count: 500, holdout: 0.2, seed: 1) == Split(count: 500, holdout: 0.2, seed: 1))
    #expect(Split(count: 500, holdout: 0.2, seed: 1) != Split(count: 500, holdout: 0.2, seed: 2))
  }

  @Test("the held-out images come from everywhere in the set")
  func spread() {
    let heldOut = Split(count: 10_000, holdout: 0.1, seed: 5).heldOut
    for tenth in 0..<10 {
      let found = heldOut.filter { $0 / 1000 == tenth }.count
      #expect((60...140).contains(found), "\(found) of tenth \(tenth)")  // 100 expected, deviation 9
    }
  }
}
