import ArgumentParser
import Evaluation
import Foundation
import PluginKit
import Runner

/// What the shell offers for words that only this program knows.
enum Completion {
  /// Runs by name, and the cells of ablations by path.
  static let runs = CompletionKind.custom { _, _, _ in RunLocation.runNames + RunLocation.cellPaths }

  static let ablations = CompletionKind.custom { _, _, _ in RunLocation.ablationNames }

  /// `regularizer=`, then the names; `regularizer.temperature=` for settings.
  static let overrides = CompletionKind.custom { _, _, prefix in overrides(prefix, CommandContext.catalogs) }

  static let names = CompletionKind.custom { _, _, _ in
    Set(CommandContext.catalogs.summaries.map(\.name) + Experiment.sections.map(\.name)).sorted()
  }

  static let kinds = CompletionKind.custom { _, _, _ in CommandContext.catalogs.kinds }

  static let samplers = CompletionKind.custom { _, _, _ in CommandContext.catalogs.samplers.names }

  static let extractors = CompletionKind.custom { _, _, _ in CommandContext.catalogs.extractors.names }

  static let metrics = CompletionKind.custom { _, _, _ in
    MetricChoice.names(CommandContext.catalogs.metrics, CommandContext.catalogs.extractors.names)
  }

  static let devices = CompletionKind.list(["auto", "cpu", "cuda"])

  private static func overrides(_ prefix: String, _ catalogs: Catalogs) -> [String] {
    if let equals = prefix.firstIndex(of: "=") {
      let kind = prefix[..<equals]
      return catalogs.summaries(of: String(kind)).map { "\(kind)=\($0.name)" }
    }
    let settings = catalogs.summaries.flatMap { plugin in plugin.settings.map { "\(plugin.kind).\($0.key)=" }
    }
    let plain = Experiment.sections.flatMap { section in section.settings.map { "\(section.name).\($0.key)=" }
    }
    return catalogs.kinds.map { $0 + "=" } + Set(settings + plain).sorted()
  }
}
