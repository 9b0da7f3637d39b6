import Reports

extension DemoContent {
  private static func interval(_ mean: Double, _ half: Double, _ mark: ReportContent.Table.Mark = .none)
    -> ReportContent.Table.Value
  { .init(mean, lower: mean - half, upper: mean + half, mark: mark) }

  static var table: ReportContent.Table {
    typealias Column = ReportContent.Table.Column
    let columns = [
      Column(
        "squared error", direction: .lower, family: "reconstructions",
        help: "Sum over an image, held-out images."),
      Column("FD-cifar", direction: .lower, family: "reconstructions"),
      Column("FD-cifar", direction: .lower, family: "samples from the prior"),
      Column("precision", direction: .higher, family: "samples from the prior"),
      Column("recall", direction: .higher, family: "samples from the prior"),
      Column("sliced Wasserstein", direction: .lower, family: "codes"),
      Column("time of a step", unit: "ms", family: "cost"),
      Column("share", unit: "%", family: "cost", decimals: 0),
      Column("memory", unit: "MiB", family: "cost"),
    ]
    let rows: [[ReportContent.Table.Value]] = [
      [
        interval(31.84, 0.22, .tied), interval(6.21, 0.31, .best), interval(11.92, 0.5, .best),
        interval(0.714, 0.012, .tied), interval(0.662, 0.02, .best), interval(0.0121, 0.0004, .tied),
        .init(41.2),
        .init(6), .init(812),
      ],
      [
        interval(32.61, 0.3), interval(7.4, 0.4), interval(14.3, 0.8), interval(0.701, 0.01, .tied),
        interval(0.61, 0.02), interval(0.0136, 0.0007), .init(39.9), .init(3), .init(790),
      ],
      [
        interval(34.27, 0.9), interval(9.8, 1.2), interval(16.9, 2.1), interval(0.688, 0.03, .tied),
        interval(0.55, 0.05), interval(0.0194, 0.003), .init(52.6), .init(24), .init(901),
      ],
      [
        interval(32.05, 0.35, .tied), interval(7.1, 0.5), interval(13.1, 0.7), interval(0.709, 0.012, .tied),
        interval(0.63, 0.03), interval(0.0118, 0.0003, .tied), .init(44.0), .init(11), .init(799),
      ],
    ]
    return .init(
      title: "Scores after 4,000 steps",
      caption:
        "Mean over seeds with the 95 % interval of a paired bootstrap. ◆ better than all others beyond the noise; "
        + "◇ not told apart from the best.",
      rowTitle: "regularizer", columns: columns,
      rows: zip(groups, rows).map { group, values in
        .init(
          group, group: group, seeds: group == groups[3] ? 2 : 3, values: values,
          remark: group == groups[3] ? "seed 2: not finite at step 812" : nil)
      } + [
        .init(
          "held-out images", values: [.init(text: "–"), .init(0), .init(3.14)], remark: "floor of the scores")
      ],
      footnotes: ["The smallest difference that 3 seeds detect: squared error 0.41, FD of samples 1.1."],
      cards: [
        .init(
          "FD-cifar, samples from the prior",
          facts: [
            .init("extractor", "cifar, sha256:05e9f92d"), .init("counts", "5,000 against 45,000"),
            .init("quantization", "clamped to [0, 1], × 255, rounded"), .init("resize", "none"),
          ])
      ])
  }

  static var cells: [ReportContent.Cell] {
    groups.enumerated().flatMap { index, group in
      (0..<3).map { seed in
        let isFailed = index == 3 && seed == 2
        return ReportContent.Cell(
          name: "\(group)_seed\(seed)_3f2a9c1b", group: group,
          coordinates: [.init("regularizer", group), .init("training.seed", "\(seed)")],
          standing: isFailed ? .failed : .finished, state: isFailed ? "not finite" : "done",
          reason: isFailed ? "The term penalty was not finite at step 812." : nil,
          facts: isFailed
            ? [.init("steps", "812 of 4,000")]
            : [.init("squared error", "\(finals[index])"), .init("time", "2 min 45 s")],
          command:
            "moca train --config runs/four/configurations/\(group)_seed\(seed)_3f2a9c1b.yaml --run \(group)",
          configuration: [
            .init("dataset.name", "sprites"), .init("dataset.count", "20000"), .init("prior.name", "sphere"),
            .init("latent.size", "16"), .init("encoder.name", "convolutional"), .init("encoder.width", "32"),
            .init("decoder.name", "convolutional"), .init("decoder.width", "32"),
            .init("regularizer.name", group),
          ]
            + (index == 0
              ? [.init("regularizer.temperature", "0.1")] : [.init("regularizer.weight", "\(index)")])
            + [
              .init("training.seed", "\(seed)"), .init("training.steps", "4000"),
              .init("training.batch", "128"),
              .init("optimizer.name", "adam"), .init("optimizer.stepSize", "0.0005"),
            ])
      }
    }
  }
}
