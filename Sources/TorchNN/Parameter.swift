import Torch

/// A tensor that an optimizer moves. Its storage stays the same for life; optimizers and loading change it in place.
@propertyWrapper
public final class Parameter {
  private var value: Tensor

  /// The tensor; setting it copies the new values into the same storage.
  public var wrappedValue: Tensor {
    get { value }
    set { withoutGradients { value.assign(newValue) } }
  }

  /// Takes the initial value, which becomes a leaf of the autograd graph.
  public init(wrappedValue: Tensor) {
    value = wrappedValue.detached()
    value.setRequiresGradient(true)
  }

  /// Whether optimizers move it.
  public var isTrainable: Bool { wrappedValue.requiresGradient }

  /// Takes it out of training, as for a momentum copy.
  public func freeze() { wrappedValue.setRequiresGradient(false) }

  /// Moves it to another device. Only before an optimizer holds it.
  func move(to device: Device) {
    let isTrainable = isTrainable
    value = value.detached().to(on: device)
    value.setRequiresGradient(isTrainable)
  }
}

/// A tensor that belongs to a module's state but is not trained: running statistics, a queue, a cursor.
@propertyWrapper
public final class Buffer {
  private var value: Tensor

  /// The tensor; setting it copies the new values into the same storage.
  public var wrappedValue: Tensor {
    get { value }
    set { withoutGradients { value.assign(newValue) } }
  }

  /// Its name in a checkpoint, where it differs from the property's.
  let name: String?

  public init(wrappedValue: Tensor) {
    value = wrappedValue.detached()
    name = nil
  }

  /// Takes the initial value and a name, such as PyTorch's `running_mean`.
  public init(wrappedValue: Tensor, name: String) {
    value = wrappedValue.detached()
    self.name = name
  }

  func move(to device: Device) { value = value.to(on: device) }
}
