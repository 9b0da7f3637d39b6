import Extractors
import Foundation
import MoCAProtocols
import Runner

/// In whose features images are compared: those that were named, or all whose weights are here.
struct ExtractorChoice {
  /// Named by `--extractor`.
  let names: [String]
  /// Named by `--metric`, some with an extractor.
  let metrics: [Metric]
  /// Files by the extractor's name; under the empty name for the one that needs a file.
  let weights: [String: URL]
  /// Settings by the extractor's name.
  let settings: [String: ConfigurationValue]
  /// Images that an extractor sees at once.
  let batchSize: Int

  /// Builds the extractors for images of a shape.
  ///
  /// - Returns: The extractors, and notes on those that were not asked for and cannot be used.
  /// - Throws: ``EvaluationError`` for one that was asked for and cannot be used.
  func sources(for shape: ImageShape, on device: Device) throws -> (sources: [FeatureSource], notes: [String])
  {
    let catalog = CommandContext.catalogs.extractors
    for name in Array(settings.keys) + Array(weights.keys) where catalog.names.contains(name) {
      _ = try catalog.entry(named: name).resolve(settings[name] ?? .empty, name)
    }
    let wanted = names + metrics.compactMap(\.extractor)
    for name in wanted { _ = try catalog.entry(named: name) }
    let takesAll =
      names.isEmpty && (metrics.isEmpty || metrics.contains { $0.kind.needsFeatures && $0.extractor == nil })
    var (sources, notes): ([FeatureSource], [String]) = ([], [])
    for entry in catalog.entries {
      let isWanted = wanted.contains(entry.name)
      guard isWanted || takesAll, let type = entry.type as? any ExtractorPlugin.Type else { continue }
      let file = file(for: type)
      if !isWanted, file == nil, !WeightStore().hasWeights(for: type) {
        if case .published = type.weights {
          notes.append(
            "\(type.distanceName) was left out: its weights are not here (moca data download \(entry.name), or "
              + "--weights FILE)")
        }
        continue
      }
      let source = try FeatureSource(
        entry.name, settings: settings[entry.name] ?? .empty, weights: file, catalog: catalog, device: device,
        batchSize: batchSize)
      if !isWanted, !source.accepts(shape) { continue }
      sources.append(source)
    }
    return (sources, notes)
  }

  /// The file that the user gave for an extractor: by its name, or without a name for the one extractor that was
  /// asked for, else for the first whose weights are not shipped.
  private func file(for type: any ExtractorPlugin.Type) -> URL? {
    if let file = weights[type.name] { return file }
    guard let file = weights[""] else { return nil }
    let asked = Set(names + metrics.compactMap(\.extractor))
    if asked.count == 1 { return asked.contains(type.name) ? file : nil }
    return type.name == "inception" ? file : nil
  }
}
