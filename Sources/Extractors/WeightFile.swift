import Files
import Foundation
import MoCAProtocols

/// The tensors of a file of weights: safetensors, or a state dictionary of `torch.save` (`.pth`, `.pt`).
///
/// The content decides, not the file's ending. No code in a file ever runs: see `PickleFile`.
public struct WeightFile {
  public let url: URL
  /// `sha256:…` of the file's bytes.
  public let digest: String
  /// What a safetensors file says about itself; empty for a `.pth`.
  public let metadata: [String: String]
  /// The tensors by name, on the host, of the types that the file gives them.
  public let tensors: [String: Tensor]

  /// What a ``ComputedExtractor`` is built with: no tensors, and these words for the metric card.
  public static var computed: WeightFile { WeightFile() }

  private init() {
    url = URL(fileURLWithPath: "/dev/null")
    digest = "computed from the settings"
    metadata = [:]
    tensors = [:]
  }

  /// Reads a file of weights.
  ///
  /// - Throws: ``WeightError``.
  public init(_ url: URL) throws {
    let data = try Self.contents(of: url)
    (tensors, metadata) = try Self.decode(data, path: url.path)
    let bad = tensors.filter { !Self.isFinite($0.value) }.map(\.key).sorted()
    guard bad.isEmpty else { throw WeightError.notFinite(path: url.path, names: bad) }
    self.url = url
    let digest = Digest()
    digest.update(data)
    self.digest = digest.text()
  }

  /// Copies the file's tensors into a module, in the module's precision.
  ///
  /// - Parameters:
  ///   - module: The module.
  ///   - extractor: The name of the extractor that the module belongs to, for messages; a plugin knows its own.
  ///   - rename: The module's name for a tensor of the file, or `nil` for one that the module does not need.
  ///   - original: The file's name for a tensor of the module, for messages.
  /// - Throws: ``WeightError`` naming every tensor that is missing, unexpected or of another shape; then the
  ///   module is unchanged.
  public func restore(
    _ module: any Module, as extractor: String? = nil, renaming rename: (String) -> String? = { $0 },
    original: (String) -> String = { $0 }
  ) throws {
    let targets = module.namedTensors()
    let types = Dictionary(targets.map { ($0.name, $0.tensor.dtype) }) { first, _ in first }
    var sources: [String: [String]] = [:]
    for name in tensors.keys {
      if let renamed = rename(name) { sources[renamed, default: []].append(name) }
    }
    if let (name, several) = sources.filter({ $0.value.count > 1 }).min(by: { $0.key < $1.key }) {
      throw WeightError.ambiguous(path: url.path, name: original(name), sources: several)
    }
    var stored: [String: Tensor] = [:]
    for (name, origins) in sources {
      guard let tensor = origins.first.flatMap({ tensors[$0] }) else { continue }
      let type = types[name] ?? tensor.dtype
      stored[name] = Self.isFloating(tensor.dtype) && Self.isFloating(type) ? tensor.to(dtype: type) : tensor
    }
    do {
      try TorchNN.restore(targets, from: stored)
    } catch let error as StateError {
      let network = extractor.map { "the extractor \"\($0)\"" } ?? Self.name(of: module)
      if isParallel { throw WeightError.parallel(path: url.path, network: network) }
      throw WeightError.mismatch(
        path: url.path, network: network, error.renamed { sources[$0]?.first ?? original($0) })
    }
  }

  /// Whether `torch.nn.DataParallel` named the tensors.
  private var isParallel: Bool { !tensors.isEmpty && tensors.keys.allSatisfy { $0.hasPrefix("module.") } }
}

extension WeightFile {
  private static func contents(of url: URL) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw WeightError.missing(path: url.path)
    }
    guard !isFolder.boolValue else {
      throw WeightError.unreadable(path: url.path, reason: "it is a folder; name the file in it")
    }
    do {
      return try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw WeightError.unreadable(path: url.path, reason: error.localizedDescription)
    }
  }

  private static func decode(_ data: Data, path: String) throws -> ([String: Tensor], [String: String]) {
    do {
      if PickleFile.isPickle(data) {
        return (try byName(PickleFile.decode(data).map { ($0.name, $0.tensor) }, path: path), [:])
      }
      guard isSafetensors(data) else { throw WeightError.notWeights(path: path, found: kind(of: data)) }
      let (records, metadata) = try Safetensors.decode(data)
      return (try byName(records.map { ($0.name, try Tensor($0)) }, path: path), metadata)
    } catch PickleError.imports(let name) {
      throw WeightError.imports(path: path, name: name)
    } catch PickleError.corrupt(let reason) {
      throw WeightError.corrupt(path: path, reason: reason)
    } catch let error as SafetensorsError {
      throw WeightError.corrupt(path: path, reason: error.description.inMessage(limit: 400))
    } catch let error as TorchError {
      throw WeightError.unreadable(path: path, reason: error.message)
    }
  }

  /// Swift takes texts for equal that Unicode does, such as "é" in one character and in two.
  private static func byName(_ entries: [(String, Tensor)], path: String) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in entries where tensors.updateValue(tensor, forKey: name) != nil {
      throw WeightError.corrupt(
        path: path,
        reason: "two tensors have names that are equal in Unicode, \"\(name.inMessage())\"; rename one")
    }
    return tensors
  }

  /// A length that the format allows, and behind it the start of an object.
  private static func isSafetensors(_ data: Data) -> Bool {
    guard let count = try? SafetensorsHeader.encodedByteCount(prefix: data) else { return false }
    return count > 8 && data.dropFirst(8).first == UInt8(ascii: "{")
  }

  /// What else a file may be that someone takes for weights.
  private static func kind(of data: Data) -> String {
    let start = String(decoding: data.prefix(64), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    if data.isEmpty { return "it is empty" }
    if start.hasPrefix("<") { return "it is a web page, probably the answer of a server instead of the file" }
    if start.hasPrefix("version https://git-lfs") { return "it is a pointer of Git LFS, not the file itself" }
    if data.count > 1, data[0] == 0x80 {
      return data[1] == 2
        ? "it is a plain pickle, or a file of torch.save cut after \(data.count) bytes"
        : "it is a pickle of protocol \(data[1]), and torch.save's own is 2"
    }
    let bytes = data.prefix(8).map { String($0, radix: 16) }.joined(separator: " ")
    return "it begins with the bytes \(bytes)"
  }

  /// Whether every value is finite in the precision of networks.
  private static func isFinite(_ tensor: Tensor) -> Bool {
    guard isFloating(tensor.dtype), tensor.elementCount > 0 else { return true }
    return tensor.to(dtype: .float32).isFinite.all().item != 0
  }

  private static func isFloating(_ type: DType) -> Bool {
    [.float32, .float64, .bfloat16, .float16].contains(type)
  }

  private static func name(of module: any Module) -> String {
    if let plugin = type(of: module) as? any Plugin.Type { return "the extractor \"\(plugin.name)\"" }
    return "\(type(of: module))"
  }
}
