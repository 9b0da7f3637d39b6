import Evaluation
import Extractors
import Foundation
import MoCAProtocols

/// In whose features images are compared: those that were named, or all whose weights are here.
struct ExtractorChoice {
  let names: [String]
  /// Named by `--metric`, some with an extractor.
  let metrics: [MetricChoice]
  /// Files by the extractor's name; under the empty name for the one that needs a file.
  let weights: [String: URL]
  let settings: [String: ConfigurationValue]
  /// Images that an extractor sees at once.
  let batchSize: Int

  /// Builds the extractors for images of a shape.
  ///
  /// - Returns: The extractors, and notes on those that were not asked for and cannot be used.
  /// - Throws: `EvaluationError` for one that was asked for and cannot be used.
  func sources(for shape: ImageShape, on device: Device) throws -> (sources: [FeatureSource], notes: [String])
  {
    let catalog = CommandContext.catalogs.extractors
    for name in Array(settings.keys) + Array(weights.keys) where catalog.names.contains(name) {
      _ = try catalog.entry(named: name).resolve(settings[name] ?? .empty, name)
    }
    let wanted = Set(names + metrics.compactMap(\.extractor))
    for name in wanted { _ = try catalog.entry(named: name) }
    let takesAll =
      names.isEmpty
      && (metrics.isEmpty || metrics.contains { $0.type.needsFeatures && $0.extractor == nil })
    let files = try namedWeights(wanted)
    var (sources, notes, misfits): ([FeatureSource], [String], [String]) = ([], [], [])
    for entry in catalog.entries {
      let type = entry.type
      let build = {
        try FeatureSource(
          entry.name, settings: settings[entry.name] ?? .empty, weights: files[entry.name], catalog: catalog,
          device: device, batchSize: batchSize)
      }
      if wanted.contains(entry.name) {
        sources.append(try build())
      } else if takesAll {
        if files[entry.name] == nil, case .given = type.weights { continue }
        do {
          let source = try build()
          if source.accepts(shape) {
            sources.append(source)
          } else {
            misfits.append("\(source.names.frechet) was left out: \(source.refusal(of: shape).message)")
          }
        } catch let error as ConfigurationError {
          throw error
        } catch {
          notes.append("\(type.featureNames.frechet) was left out: \(Failure(error).message)")
        }
      }
    }
    return (sources, sources.isEmpty ? notes + misfits : notes)
  }

  /// The files by extractor. One without a name is for the one extractor that was asked for and has no weights of its
  /// own here, or for Inception where none was asked for.
  private func namedWeights(_ wanted: Set<String>) throws -> [String: URL] {
    guard let file = weights[""] else { return weights }
    let entries = CommandContext.catalogs.extractors.entries.filter { wanted.contains($0.name) }
    let open = entries.filter { entry in
      if case .shipped = entry.type.weights { return entries.count == 1 }
      return weights[entry.name] == nil
    }
    let meant = wanted.isEmpty ? ["inception"] : open.map(\.name)
    guard meant.count == 1 else {
      throw Failure(.usage, "--weights does not say for which extractor; write --weights NAME=FILE")
    }
    return weights.merging([meant[0]: file]) { named, _ in named }
  }
}
