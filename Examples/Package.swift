// swift-tools-version: 6.1
import PackageDescription

// A package outside of MoCA's: it adds one plugin of each kind and builds a program with everything that `moca`
// has. Outside of this repository the dependency's path leads to your copy of MoCA.
let package = Package(
  name: "MyMethods",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "MoCA", path: "..")],
  targets: [
    .executableTarget(
      name: "mymoca",
      dependencies: [
        .product(name: "Ablation", package: "MoCA"),
        .product(name: "Datasets", package: "MoCA"),
        .product(name: "Extractors", package: "MoCA"),
        .product(name: "Metrics", package: "MoCA"),
        .product(name: "MoCACommand", package: "MoCA"),
        .product(name: "MoCAProtocols", package: "MoCA"),
        .product(name: "Runner", package: "MoCA"),
        .product(name: "Scoring", package: "MoCA"),
      ])
  ]
)
