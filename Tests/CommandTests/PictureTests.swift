import Foundation
import Testing

@Suite("moca sample, reconstruct and interpolate")
struct PictureTests {
  /// Magnified images of 28 pixels and their gap.
  private static let cell = 2 * 28 + 2

  @Test("samples go into the run's folder under a name that says what they are")
  func samples() throws {
    let workspace = try Workspace.withRun()
    let result = try workspace.moca(["sample", "tiny", "--count", "10", "--columns", "5"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "runs/tiny/samples/prior-10-seed0-step-3.png\n")
    #expect(try pixels(of: workspace[result.lines[0]]) == [5 * Self.cell + 2, 2 * Self.cell + 2])
  }

  @Test("the seed decides what is drawn, and a run is found by path and by checkpoint")
  func seeds() throws {
    let workspace = try Workspace.withRun()
    let arguments = [
      ["tiny", "--seed", "1", "--output", "a.png"], ["./runs/tiny", "--seed", "1", "--output", "b.png"],
      ["tiny", "--seed", "2", "--output", "c.png", "--checkpoint", "best"],
    ]
    for words in arguments { #expect(try workspace.moca(["sample", "--count", "4"] + words).status == 0) }
    let first = try Data(contentsOf: workspace["a.png"])
    #expect(try same(first, workspace["b.png"]) && !same(first, workspace["c.png"]))
  }

  @Test("single images have the size of the training images and can be reconstructed")
  func singleImages() throws {
    let workspace = try Workspace.withRun()
    let result = try workspace.moca(["sample", "tiny", "--count", "3", "--folder", "some/images"])
    #expect(result.output == "some/images\n", "\(result.errors)")
    for name in ["00000.png", "00001.png", "00002.png"] {
      #expect(try pixels(of: workspace["some/images/\(name)"]) == [28, 28])
    }
    let again = try workspace.moca(["sample", "tiny", "--folder", "some/images"])
    #expect(again.status == 64 && again.errors.contains("is not empty"))
    let mirrored = try workspace.moca(["reconstruct", "tiny", "--images", "some/images"])
    #expect(mirrored.status == 0, "\(mirrored.errors)")
    #expect(try pixels(of: workspace[mirrored.lines[0]]) == [3 * Self.cell + 2, 2 * Self.cell + 2])
  }

  @Test("reconstructions of held-out images stand below them, with their error")
  func reconstructions() throws {
    let workspace = try Workspace.withRun()
    let result = try workspace.moca(["reconstruct", "tiny", "--count", "4", "--columns", "2"])
    #expect(result.output == "runs/tiny/samples/reconstructions-held-out-4-step-3.png\n", "\(result.errors)")
    #expect(result.errors.contains("reconstruction error"))
    #expect(try pixels(of: workspace[result.lines[0]]) == [2 * Self.cell + 2, 4 * Self.cell + 2])
  }

  @Test("interpolations have a row for each pair", arguments: [[], ["--from-images"]])
  func interpolations(_ option: [String]) throws {
    let workspace = try Workspace.withRun()
    let arguments = ["interpolate", "tiny", "--pairs", "2", "--steps", "5", "--output", "i.png"]
    let result = try workspace.moca(arguments + option)
    #expect(result.output == "i.png\n", "\(result.errors)")
    #expect(try pixels(of: workspace["i.png"]) == [5 * Self.cell + 2, 2 * Self.cell + 2])
  }

  @Test(
    "an output that exists is replaced only when asked",
    arguments: ["sample", "reconstruct", "interpolate"])
  func overwriting(_ command: String) throws {
    let workspace = try Workspace.withRun()
    try workspace.write(Data("mine".utf8), to: "mine.png")
    let refused = try workspace.moca([command, "tiny", "--output", "mine.png"])
    #expect(refused.status == 64 && refused.errors.contains("--force"), "\(refused.errors)")
    #expect(try String(contentsOf: workspace["mine.png"], encoding: .utf8) == "mine")
    #expect(try workspace.moca([command, "tiny", "--output", "mine.png", "--force"]).status == 0)
    #expect(try pixels(of: workspace["mine.png"]).count == 2)
  }
}
