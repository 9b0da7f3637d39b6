import Files
import MoCAProtocols

/// Why a file of weights cannot be used. Every case names the file, what was found and what to do.
public enum WeightError: Fault {
  /// Nothing is at that path.
  case missing(path: String)
  /// Something is there that cannot be read.
  case unreadable(path: String, reason: String)
  /// The file is of another kind.
  case notWeights(path: String, found: String)
  /// The file is damaged, or not what weights should be.
  case corrupt(path: String, reason: String)
  /// The file wants to import this, as a pickle that runs code does.
  case imports(path: String, name: String)
  /// These tensors hold values that are infinite or not a number.
  case notFinite(path: String, names: [String])
  /// Several tensors of the file are meant for one of the network.
  case ambiguous(path: String, name: String, sources: [String])
  /// Every name has the prefix that `torch.nn.DataParallel` gives.
  case parallel(path: String, network: String)
  /// The file's tensors are not those of the network.
  case mismatch(path: String, network: String, StateError)

  public var description: String {
    switch self {
    case .missing(let path):
      "\(path) does not exist; download the weights, or name the file that holds them"
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .notWeights(let path, let found):
      "\(path) is no file of weights: \(found); expected safetensors or a .pth of torch.save"
    case .corrupt(let path, let reason): "\(path) cannot be used as weights: \(reason)"
    case .imports(let path, let name):
      "\(path) wants to import \(name.inMessage()), which could run code; nothing was run. Weights need no imports: "
        + "save the state_dict alone, best as safetensors"
    case .notFinite(let path, let names):
      "\(path) holds values that are infinite or not a number, in \(Self.list(names)); fetch it again"
    case .ambiguous(let path, let name, let sources):
      "\(path) has several tensors for \"\(name.inMessage())\": \(Self.list(sources)); one is needed"
    case .parallel(let path, let network):
      "\(path) does not hold the weights of \(network): every name begins with \"module.\", as in the state of a "
        + "torch.nn.DataParallel; save model.module.state_dict()"
    case .mismatch(let path, let network, let error):
      "\(path) does not hold the weights of \(network): \(error)"
    }
  }

  public var fault: FaultKind { .data }

  private static func list(_ names: [String]) -> String {
    let limit = 6
    let shown = names.sorted().prefix(limit).map { "\"\($0.inMessage())\"" }.joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }
}
