// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "MoCA", path: "..")],
  targets: [
    .executableTarget(
      name: "step",
      dependencies: ["MoCACommand", "MoCAProtocols", "Runner"].map { .product(name: $0, package: "MoCA") }),
    .executableTarget(
      name: "penalties",
      dependencies: ["MoCACommand", "MoCAProtocols", "Runner"].map { .product(name: $0, package: "MoCA") }),
    .executableTarget(
      name: "fid-features",
      dependencies: ["Extractors", "MoCAProtocols"].map { .product(name: $0, package: "MoCA") }),
  ]
)
