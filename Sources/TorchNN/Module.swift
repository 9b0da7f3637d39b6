import Torch

/// A part of a model: a final class whose stored properties are parameters, buffers and other modules.
///
/// State is found by reflection, under dotted names made of the properties' names, as PyTorch does:
/// `stages.0.convolution.weight`.
public protocol Module: AnyObject {}

/// A module that behaves differently while training.
public protocol TrainingSensitive: Module {
  /// Whether the module is being trained.
  var isTraining: Bool { get set }
}

/// One tensor of a module's state.
public struct NamedTensor {
  public let name: String
  public let tensor: Tensor

  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }
}

extension Module {
  /// Every parameter, in the order of declaration.
  public func namedParameters() -> [NamedParameter] {
    elements().compactMap { element in
      if case .parameter(let parameter) = element.kind { return (element.name, parameter) }
      return nil
    }
  }

  /// The parameters that an optimizer moves.
  public func trainableParameters() -> [NamedParameter] {
    namedParameters().filter { $0.parameter.isTrainable }
  }

  /// Every parameter and buffer under its dotted name: what a checkpoint holds of the module.
  public func namedTensors() -> [NamedTensor] {
    elements().compactMap { element in
      switch element.kind {
      case .parameter(let parameter): NamedTensor(element.name, parameter.wrappedValue)
      case .buffer(let buffer): NamedTensor(element.name, buffer.wrappedValue)
      case .module: nil
      }
    }
  }

  /// Every module inside this one, at any depth, in the order of declaration.
  public func submodules() -> [any Module] {
    elements().compactMap { element in
      if case .module(let module) = element.kind { return module }
      return nil
    }
  }

  /// The number of trainable values.
  public var parameterCount: Int {
    trainableParameters().reduce(0) { $0 + $1.parameter.wrappedValue.elementCount }
  }

  /// Tells every part whether it is being trained.
  public func setTraining(_ isTraining: Bool) {
    for case .module(let module as any TrainingSensitive) in elements().map(\.kind) {
      module.isTraining = isTraining
    }
    (self as? any TrainingSensitive)?.isTraining = isTraining
  }

  /// Takes every parameter out of training.
  public func freeze() {
    for (_, parameter) in namedParameters() { parameter.freeze() }
  }

  /// Moves the state to a device. Call it before an optimizer takes the parameters.
  public func move(to device: Device) {
    for element in elements() {
      switch element.kind {
      case .parameter(let parameter): parameter.move(to: device)
      case .buffer(let buffer): buffer.move(to: device)
      case .module: break
      }
    }
  }

  /// Copies the state of a module of the same structure.
  public func copyState(from other: some Module) {
    let sources = other.namedTensors()
    withoutGradients {
      for (target, source) in zip(namedTensors(), sources) { target.tensor.assign(source.tensor) }
    }
  }
}

/// What reflection finds in a module.
private enum ElementKind {
  case parameter(Parameter)
  case buffer(Buffer)
  case module(any Module)
}

extension Module {
  private func elements(prefix: String = "") -> [(name: String, kind: ElementKind)] {
    Mirror(reflecting: self).children.flatMap { child -> [(name: String, kind: ElementKind)] in
      guard let label = child.label else { return [] }
      return Self.elements(of: child.value, named: prefix + label.drop { $0 == "_" })
    }
  }

  private static func elements(of value: Any, named name: String) -> [(name: String, kind: ElementKind)] {
    switch value {
    case let parameter as Parameter: [(name, .parameter(parameter))]
    case let buffer as Buffer:
      [
        (
          name.split(separator: ".").dropLast().map { $0 + "." }.joined()
            + (buffer.name ?? lastPart(of: name)),
          .buffer(buffer)
        )
      ]
    case let module as any Module:
      [(name, .module(module))] + module.elements(prefix: name + ".")
    case let modules as [any Module]:
      modules.enumerated().flatMap { elements(of: $1, named: "\(name).\($0)") }
    case let optional as (any Module)?:
      optional.map { elements(of: $0, named: name) } ?? []
    default: []
    }
  }

  private static func lastPart(of name: String) -> String {
    name.split(separator: ".").last.map(String.init) ?? name
  }
}
