import Foundation
import Testing

@Suite("Bad input gets a clear error, its exit code, and leaves nothing behind")
struct BadInputTests {
  /// A command that must fail.
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let status: Int32
    let messages: [String]
    var testDescription: String { "moca " + arguments.joined(separator: " ") }

    init(_ line: String, _ status: Int32, _ messages: String...) {
      arguments = line.split(separator: " ").map(String.init)
      self.status = status
      self.messages = messages
    }
  }

  @Test(
    "without any file",
    arguments: [
      Case("trian", 64, "unknown command \"trian\"", "did you mean \"train\"?"),
      Case("train regularizer=mdm", 64, "unknown regularizer \"mdm\"", "did you mean \"mmd\"?", "available"),
      Case("train regularizer.temprature=1", 64, "did you mean \"regularizer.temperature\"?"),
      Case("train trainig.steps=1", 64, "did you mean \"training\"?"),
      Case("train learningRate=1", 64, "did you mean \"optimizer.learningRate\"?"),
      Case("train optimizer=adamx", 64, "unknown optimizer \"adamx\"; did you mean \"adam\"?"),
      Case("train training.batch=1", 64, "training.batch must be between 2 and", "found 1"),
      Case("train training.steps=many", 64, "training.steps must be a whole number", "many"),
      Case("train prior=normal", 64, "\"moca\"", "prior=hypersphere"),
      Case("train prior=normal --dry-run", 64, "prior=hypersphere"),
      Case("train regularizer=none memory=queue", 64, "memory"),
      Case("train --precision float8", 64, "float32, bfloat16"),
      Case("train --device cuda:99", 64, "cuda:99 is not available"),
      Case("train --device gpu", 64, "unknown device \"gpu\""),
      Case("train --threads 0", 64, "--threads must be"),
      Case("train --regularizer mmd", 64, "without dashes: regularizer="),
      Case("train mmd", 64, "key=value"),
      Case("train --resume", 64, "--run"),
      Case("train --config none.yaml", 64, "none.yaml"),
      Case("train dataset.size=33 dataset.count=64 training.batch=8", 64, "3×33×33", "set dataset.size"),
      Case("train dataset.count=64 training.batch=100", 64, "training.batch is 100", "58 images"),
      Case("train dataset=images", 64, "needs dataset.path"),
      Case("train dataset=images dataset.path=nowhere", 65, "nowhere does not exist"),
      Case("sample nowhere", 64, "no run \"nowhere\""),
      Case("sample ./nowhere", 64, "no such run folder"),
      Case("reconstruct nowhere", 64, "no run"),
      Case("interpolate nowhere", 64, "no run"),
      Case("inspect ./nowhere", 64, "no such checkpoint or run"),
      Case("inspect .", 64, "is not a run"),
      Case("sample nowhere --count 0", 64, "--count must be between 1 and"),
      Case("sample nowhere --sampler magic", 64, "unknown sampler \"magic\"", "prior"),
      Case("list regularizr", 64, "did you mean \"regularizer\"?"),
      Case("describe mocca", 64, "did you mean \"moca\"?"),
    ])
  func plain(_ bad: Case) throws {
    let workspace = try Workspace()
    try check(bad, in: workspace)
    #expect(workspace.contents.isEmpty)
  }

  @Test(
    "with a run that is there",
    arguments: [
      Case(
        "train --run tiny", 64,
        "error: runs/tiny exists already; choose another name with --run, or continue it with --resume\n"),
      Case("train --run runs/tiny regularizer=mmd", 64, "exists already"),
      Case("sample tinny", 64, "did you mean \"tiny\"?"),
      Case("sample tiny --checkpoint 7", 64, "there are steps 3"),
      Case("sample tiny --checkpoint newest", 64, "--checkpoint"),
      Case("sample tiny --output no/such/folder/a.png", 64, "does not exist"),
      Case("sample tiny --folder a --output b.png", 64, "one of them"),
      Case("interpolate tiny --steps 1", 64, "--steps must be at least 2"),
      Case("reconstruct tiny --images nowhere", 65, "nowhere does not exist"),
      Case("inspect runs/tiny/metrics.jsonl", 65, "is not a checkpoint"),
    ])
  func besideARun(_ bad: Case) throws {
    let workspace = try Workspace.withRun()
    let before = workspace.contents
    try check(bad, in: workspace)
    #expect(workspace.contents == before)
  }

  private func check(_ bad: Case, in workspace: Workspace) throws {
    let result = try workspace.moca(bad.arguments)
    #expect(result.status == bad.status, "\(result.errors)")
    #expect(result.errors.contains("error: ") && result.output.isEmpty)
    for message in bad.messages { #expect(result.errors.contains(message), "\(result.errors)") }
  }

  @Test("a configuration file that is no YAML is named")
  func brokenYAML() throws {
    let workspace = try Workspace()
    try workspace.write(Data("training: {steps: 3\nregularizer: [".utf8), to: "bad.yaml")
    try check(Case("train --config bad.yaml", 64, "bad.yaml is not valid YAML"), in: workspace)
    #expect(workspace.contents == ["bad.yaml"])
  }

  @Test("an empty folder of images is named")
  func emptyFolder() throws {
    let workspace = try Workspace()
    try FileManager.default.createDirectory(at: workspace["images"], withIntermediateDirectories: true)
    try check(Case("train dataset=images dataset.path=images", 65, "no images in images"), in: workspace)
    #expect(workspace.contents == ["images"])
  }

  @Test("a truncated image is named, and left out only when asked")
  func truncatedImage() throws {
    let workspace = try Workspace.withRun()
    #expect(try workspace.moca(["sample", "tiny", "--count", "12", "--folder", "images"]).status == 0)
    let file = workspace["images/00005.png"]
    try Data(contentsOf: file).prefix(60).write(to: file)
    let settings = ["dataset=images", "dataset.path=images", "training.steps=1", "training.batch=4"]
    let small = ["backbone.width=4", "regularizer=none"]
    let refused = try workspace.moca(["train", "--run", "new"] + settings + small)
    #expect(refused.status == 65 && refused.errors.contains("00005.png"), "\(refused.errors)")
    #expect(!workspace.has("runs/new"))
    let skipped = try workspace.moca(["train", "--run", "new", "dataset.skipBroken=true"] + settings + small)
    #expect(skipped.status == 0 && skipped.errors.contains("warning: 1 broken image"), "\(skipped.errors)")
  }

  @Test("a truncated IDX file is named")
  func truncatedIDX() throws {
    let workspace = try Workspace()
    let images: [UInt8] =
      [0, 0, 8, 3, 0, 0, 0, 16, 0, 0, 0, 28, 0, 0, 0, 28] + Array(repeating: 7, count: 5000)
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 16] + Array(repeating: 1, count: 16)
    try workspace.write(Data(images), to: "mnist/train-images-idx3-ubyte")
    try workspace.write(Data(labels), to: "mnist/train-labels-idx1-ubyte")
    let bad = Case("train dataset=mnist dataset.path=mnist", 65, "train-images-idx3-ubyte", "truncated")
    try check(bad, in: workspace)
    #expect(!workspace.has("runs"))
  }

  @Test(
    "a truncated, a changed and a foreign checkpoint are refused",
    arguments: ["truncated", "damaged", "foreign"])
  func checkpoints(_ kind: String) throws {
    let workspace = try Workspace.withRun()
    let url = workspace.checkpoint(3)
    var data = try Data(contentsOf: url)
    switch kind {
    case "truncated": data = data.prefix(data.count / 2)
    case "damaged": data[data.count / 8] ^= 1  // In the networks: a model is read without the rest.
    default: data = Data("PK\u{3}\u{4} something else".utf8)
    }
    try data.write(to: url)
    let before = workspace.contents
    for arguments in [
      ["inspect", url.path, "--verify"], ["sample", "tiny"], ["inspect", "tiny", "--verify"],
      ["train", "--run", "tiny", "--resume", "training.steps=5"],
    ] {
      let result = try workspace.moca(arguments)
      #expect(result.status == 65, "\(arguments): \(result.errors)")
      #expect(result.errors.contains("step-00000003.safetensors.zst"), "\(arguments): \(result.errors)")
    }
    #expect(workspace.contents == before)
    #expect(try same(data, url))
  }

  @Test("a checkpoint of another model is refused with the names that do not fit")
  func otherModel() throws {
    let workspace = try Workspace.withRun()
    let other =
      Workspace.tiny.filter { !$0.hasPrefix("backbone") } + ["backbone.width=8", "regularizer=none"]
    #expect(try workspace.moca(["train", "--run", "other", "--quiet"] + other).status == 0)
    try Data(contentsOf: workspace.checkpoint(3, of: "other")).write(to: workspace.checkpoint(3))
    let result = try workspace.moca(["sample", "tiny"])
    #expect(
      result.status == 65 && result.errors.contains("encoder.stages.0.convolution.weight"), "\(result.errors)"
    )
  }
}
