import Foundation
import Testing

@Suite("moca evaluate")
struct EvaluateTests {
  @Test("a run is scored, printed and written; --json is what was written")
  func run() throws {
    let workspace = try Workspace.withRun()
    let arguments = [
      "evaluate", "tiny", "--samples", "40", "--metric", "sharpness", "--metric", "reconstruction",
    ]
    let text = try workspace.moca(arguments + ["--threads", "1"])
    #expect(text.status == 0, "\(text.errors)")
    for word in [
      "squared error", "sharpness", "prior", "reconstructions", "compared with sprites, training images",
    ] {
      #expect(text.output.contains(word), "\(word) is not in:\n\(text.output)")
    }
    let result = try workspace.moca(arguments + ["--threads", "1", "--json"])
    let files = workspace.contents.filter { $0.contains("evaluation/") && $0.hasSuffix(".json") }
    #expect(files.count == 1)
    let written = try String(contentsOf: workspace[try #require(files.first)], encoding: .utf8)
    #expect(result.output == written)
    let tree = try #require(json(result.output) as? [String: Any])
    #expect((tree["subjects"] as? [[String: Any]])?.isEmpty == false)
  }

  @Test(
    "what cannot be is refused with what to do",
    arguments: [
      (["tiny", "--metric", "fidd"], "did you mean \"fid\"?"),
      (
        ["tiny", "--metric", "fid"],
        "; fetch them with `moca data download inception`, or name the file with --weights FILE\n"
      ),
      (
        ["tiny", "--metric", "kernel", "--extractor", "classifier"],
        "error: the extractor classifier has no weights of its own; name a file with --weights FILE (made by "
          + "`moca extractor train`)\n"
      ),
      (
        ["tiny", "--metric", "kernel", "--extractor", "cifar"],
        "takes 3×32×32 images, these are 3×28×28; choose another with --extractor\n"
      ),
      (["tiny", "inceptoin.resize=clean"], "did you mean \"inception\"?"),
      (["tiny", "gmm.components=3"], "gmm has settings but is not used"),
      (["tiny", "--reference", "heldout"], "training, held-out or the path"),
      (["tiny", "--weights", "absent.pth"], "no file absent.pth"),
      (["--generated", "here"], "--generated needs --reference"),
      ([], "name a run"),
    ])
  func refusals(_ arguments: [String], message: String) throws {
    let workspace = try Workspace.withRun()
    let result = try workspace.moca(["evaluate"] + arguments + ["--samples", "20"])
    #expect(result.status == 64, "\(result.errors)")
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!workspace.contents.contains { $0.contains("evaluation/") && $0.hasSuffix(".json") })
  }

  @Test("two folders are compared; one with images of two sizes is refused, and so is one of equal images")
  func folders() throws {
    let workspace = try Workspace.withRun()
    for seed in ["1", "2"] {
      let made = try workspace.moca([
        "sample", "tiny", "--folder", "set\(seed)", "--count", "24", "--seed", seed,
      ])
      #expect(made.status == 0, "\(made.errors)")
    }
    let sets = ["evaluate", "--generated", "set1", "--reference"]
    let scored = try workspace.moca(sets + ["set2", "--metric", "sharpness", "--cards"])
    #expect(scored.status == 0 && scored.output.contains("referenceDigest") == false, "\(scored.errors)")
    #expect(scored.output.contains("subjectDigest"))
    let grid = try workspace.moca(["sample", "tiny", "--count", "4", "--output", "set2/grid.png"])
    #expect(grid.status == 0, "\(grid.errors)")
    let mixed = try workspace.moca(sets + ["set2", "--metric", "sharpness"])
    #expect(mixed.status == 65 && mixed.errors.contains("differ in size"), "\(mixed.errors)")
    try FileManager.default.createDirectory(at: workspace["equal"], withIntermediateDirectories: true)
    for name in ["a", "b"] {
      try FileManager.default.copyItem(at: workspace["set1/00000.png"], to: workspace["equal/\(name).png"])
    }
    let equal = try workspace.moca(sets + ["equal", "--metric", "sharpness"])
    #expect(equal.status == 65 && equal.errors.contains("are the same"), "\(equal.errors)")
  }

  @Test("a classifier is trained on labelled images, and compares images in its features")
  func extractor() throws {
    let workspace = try Workspace.withRun()
    let train = [
      "extractor", "train", "--output", "shapes.safetensors", "--threads", "1", "--quiet", "dataset=sprites",
      "dataset.count=300", "dataset.size=28", "width=2", "epochs=1", "batch=32",
    ]
    let trained = try workspace.moca(train)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try workspace.moca(train).status == 64)
    let scored = try workspace.moca([
      "evaluate", "tiny", "--samples", "40", "--threads", "1", "--extractor", "classifier", "--weights",
      "shapes.safetensors", "--metric", "frechet",
    ])
    #expect(scored.status == 0 && scored.output.contains("FD-classifier"), "\(scored.errors)")
  }
}
