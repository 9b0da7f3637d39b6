import MoCAProtocols
import Runner
import Testing

@Suite("Resolving a configuration")
struct ExperimentTests {
  @Test("a regularizer brings its own memory unless one is named")
  func defaultMemory() throws {
    #expect(try Experiment([], catalogs: .tested).memory.name == "momentum-queue")
    #expect(try tiny(["regularizer=mmd"]).memory.name == "batch")
    #expect(try tiny(["regularizer=mmd", "memory=queue"]).memory.name == "queue")
  }

  @Test("naming another plugin forgets the settings of the one before")
  func resetsOnOtherName() throws {
    let experiment = try tiny(["regularizer.temperature=0.2", "regularizer=mmd"])
    #expect(experiment.regularizer.settings["temperature"] == nil)
    let same = try tiny(["regularizer.temperature=0.2", "regularizer=moca"])
    #expect(same.regularizer.settings["temperature"] == .number(0.2))
  }

  @Test("a file's memory settings go with the regularizer that they were made for")
  func memoryFollows() throws {
    let file = try ConfigurationValue(yaml: "regularizer: moca\nmemory: {capacity: 512}")
    let swapped = try Experiment(
      [file, Experiment.layer(override: "regularizer=mmd")], catalogs: .tested)
    #expect(swapped.memory.name == "batch")
    let kept = try Experiment([file, Experiment.layer(override: "memory=momentum-queue")], catalogs: .tested)
    #expect(kept.memory.settings["capacity"] == .integer(512))
  }

  @Test("the optimizer stands at its place with Adam's keys in their order, in YAML and in JSON")
  func optimizerSection() throws {
    let tree = try tiny(["optimizer.name=adamw"]).tree
    #expect(
      tree.members.map(\.key) == [
        "dataset", "encoder", "decoder", "posterior", "prior", "regularizer", "memory", "latent",
        "reconstruction", "optimizer", "schedule", "training", "record",
      ])
    let section = try #require(tree["optimizer"])
    #expect(
      try section.yaml == """
        name: adamw
        learningRate: 0.001
        beta1: 0.9
        beta2: 0.999
        epsilon: 1e-08
        weightDecay: 0.0
        gradientClip: null

        """)
    #expect(
      section.json == #"{"name":"adamw","learningRate":0.001,"beta1":0.9,"beta2":0.999,"epsilon":1e-08,"#
        + #""weightDecay":0.0,"gradientClip":null}"#)
  }

  @Test("an optimizer that does not exist gives the nearest match and what is there")
  func unknownOptimizer() {
    let error = #expect(throws: ConfigurationError.self) { _ = try tiny(["optimizer.name=adamx"]) }
    #expect(
      error?.description
        == "unknown optimizer \"adamx\"; did you mean \"adam\"? (available: adam, adamw, sgd)")
  }

  @Test("another optimizer keeps what a file sets if it has the setting too")
  func optimizerKeepsSharedSettings() throws {
    let file = try ConfigurationValue(yaml: "optimizer: {learningRate: 0.01, beta1: 0.8, gradientClip: 2}")
    let chosen = { (name: String) in
      try Experiment([file, Experiment.layer(override: "optimizer=\(name)")], catalogs: .tested).optimizer
    }
    let decoupled = try chosen("adamw")
    #expect(decoupled.configuration.learningRate == 0.01 && decoupled.configuration.gradientClip == 2)
    #expect(decoupled.settings["beta1"] == .number(0.8))
    let descent = try chosen("sgd")
    #expect(descent.configuration.learningRate == 0.01 && descent.configuration.gradientClip == 2)
    #expect(descent.settings["beta1"] == nil && descent.settings["momentum"] == .number(0.9))
  }

  @Test(
    "a short key stands for the only setting of that name among plain sections and the standard optimizer",
    arguments: [
      ("seed", "training.seed"), ("weightDecay", "optimizer.weightDecay"),
      ("momentum", "momentum"), ("learningRate", "learningRate"), ("weight", "weight"),
      ("prior.scale", "prior.scale"),
    ])
  func shortKeys(_ key: String, _ full: String) {
    #expect(Experiment.fullKey(key, optimizers: .standard) == full)
  }

  @Test("backbone sets encoder and decoder")
  func backboneGroup() throws {
    let experiment = try tiny(["backbone.width=24"])
    #expect(experiment.encoder.settings["width"] == .integer(24))
    #expect(experiment.decoder.settings["width"] == .integer(24))
  }

  @Test(
    "what cannot be meant is refused with the nearest match",
    arguments: [
      ("regularizer=mdm", "did you mean \"mmd\"?"), ("regulariser=mmd", "did you mean \"regularizer\"?"),
      ("regularizer.temprature=1", "did you mean \"regularizer.temperature\"?"),
      ("learningRate=1", "optimizer.learningRate"), ("regularizer.temperature=0", "above 0"),
      ("training.batch=big", "a whole number"), ("memory.momentum=1", "below 1"),
      ("training=5", "group of keys"),
      ("training.epochs=9223372036854775807", "between 1 and 1000000"),
    ])
  func refusals(override: String, fragment: String) {
    let error = #expect(throws: ConfigurationError.self) { _ = try tiny([override]) }
    #expect(error?.description.contains(fragment) == true, "\(String(describing: error))")
  }

  @Test("a memory under a regularizer that looks at no samples is refused")
  func memoryWithoutSamples() {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try tiny(["regularizer=none", "memory=queue"])
    }
    #expect(error?.description.contains("looks at no samples") == true)
  }

  @Test("the resolved configuration resolves to itself, through YAML too")
  func roundTrip() throws {
    let first = try tiny(["regularizer=wae-gan", "optimizer.gradientClip=1"])
    let again = try Experiment([ConfigurationValue(yaml: first.tree.yaml)], catalogs: .tested)
    #expect(first.tree == again.tree)
  }

  @Test("differences name the dotted keys")
  func differences() throws {
    let found = Experiment.differences(
      from: try tiny([]).tree, to: try tiny(["regularizer.temperature=0.5"]).tree)
    #expect(found.map(\.key) == ["regularizer.temperature"])
  }

  private func tiny(_ overrides: [String]) throws -> Experiment {
    try Experiment(overrides.map { try Experiment.layer(override: $0) }, catalogs: .tested)
  }
}
