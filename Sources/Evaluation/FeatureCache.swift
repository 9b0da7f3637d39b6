import Files
import Foundation
import Metrics
import MoCAProtocols
import Scoring

/// Features of reference images on disk, keyed by what they were made of: the images, the network, its weights and
/// settings, the device and the program's version.
struct FeatureCache {
  let folder: URL

  /// The features kept for `key`; `nil` where there are none or the file is damaged.
  func features(for key: String, on device: Device) -> FeatureSet? {
    guard let (records, metadata) = try? Safetensors.read(url(for: key)), metadata["key"] == key,
      metadata["digest"] == Self.digest(of: records)
    else { return nil }
    let tensors = records.reduce(into: [String: Tensor]()) { $0[$1.name] = try? Tensor($1).to(on: device) }
    guard let features = tensors["features"] else { return nil }
    return FeatureSet(features: features, logits: tensors["logits"])
  }

  /// Keeps features; the file is there whole or not at all.
  ///
  /// - Throws: `StorageError`.
  func keep(_ set: FeatureSet, for key: String) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw StorageError.disk(path: folder.path, reason: error.localizedDescription)
    }
    let logits = set.logits.map { [$0.record(named: "logits")] } ?? []
    let records = [set.features.record(named: "features")] + logits
    try Safetensors.write(
      records, metadata: ["key": key, "digest": Self.digest(of: records)], to: url(for: key))
  }

  private static func digest(of records: [TensorRecord]) -> String {
    let digest = Digest()
    for record in records.sorted(by: { $0.name < $1.name }) { digest.update(record.data) }
    return digest.finish().hexadecimal
  }

  private func url(for key: String) -> URL {
    folder.appendingPathComponent("\(Digest.bytes(of: key).prefix(16).hexadecimal).safetensors")
  }
}
