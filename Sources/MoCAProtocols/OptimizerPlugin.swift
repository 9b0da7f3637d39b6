/// An optimizer that can be chosen by name.
public protocol OptimizerPlugin: Optimizer, Plugin where Configuration: OptimizerConfiguration {
  /// Builds the optimizer of these parameters.
  init(_ configuration: Configuration, parameters: [NamedParameter]) throws
}

/// The settings of an optimizer: its own, and those that the run reads.
public protocol OptimizerConfiguration: PluginConfiguration {
  /// The step size before the schedule.
  var learningRate: Double { get }
  /// The largest total norm of the gradients; `nil` for no clipping.
  var gradientClip: Double? { get }
}

/// The kind of optimizers. A step size that was set stays when another one is chosen.
public enum OptimizerKind: PluginKind {
  public typealias Context = [NamedParameter]
  public typealias Product = any Optimizer
  public typealias Declared = any OptimizerPlugin.Type
  public typealias Configuration = any OptimizerConfiguration
  public static let name = "optimizer"
  public static let keepsSharedSettings = true
}

public typealias OptimizerCatalog = Catalog<OptimizerKind>

extension OptimizerCatalog {
  /// The catalog with one more optimizer.
  public func adding<P: OptimizerPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, parameters: $1) })
  }
}
