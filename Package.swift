// swift-tools-version: 6.1
import Foundation
import PackageDescription

// The package is built against libtorch, found in this order:
//   1. CTORCH_PREBUILT  a folder with a libctorch.so built by `make shim`: nothing of libtorch is needed here.
//   2. LIBTORCH         a folder with include/ and lib/, for example a build with CUDA.
//   3. .deps/libtorch   where Scripts/fetch-libtorch.sh puts the pinned CPU build.
let environment = ProcessInfo.processInfo.environment
let prebuilt = environment["CTORCH_PREBUILT"]
let libtorch = environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.deps/libtorch"
let hasCUDA = FileManager.default.fileExists(atPath: "\(libtorch)/lib/libtorch_cuda.so")

if prebuilt == nil, !FileManager.default.fileExists(atPath: "\(libtorch)/include/ATen/core/Tensor.h") {
  fatalError(
    """
    libtorch was not found in \(libtorch). Run `make setup` to fetch it into .deps/libtorch, \
    or set LIBTORCH to a folder with include/ and lib/.
    """)
}

// Backbones that are targets of their own: Sources/Backbones/NAME and Tests/NAMEBackboneTests, as
// `moca new backbone NAME --target` writes them. A folder that is not listed here is not built.
let backbones: [String] = []

/// The target of the files in Sources/Backbones, which knows those of `backbones`, and these.
func backboneTargets() -> [Target] {
  let files = try? FileManager.default.contentsOfDirectory(
    atPath: "\(Context.packageDirectory)/Sources/Backbones")
  let folders = (files ?? []).filter { !$0.contains(".") }
  var targets: [Target] = []
  var dependencies: [Target.Dependency] = ["MoCAProtocols"]
  for name in backbones {
    let target = "\(name)Backbone"
    dependencies.append(.target(name: target))
    targets.append(.target(name: target, dependencies: ["MoCAProtocols"], path: "Sources/Backbones/\(name)"))
    targets.append(
      .testTarget(name: "\(target)Tests", dependencies: [.target(name: target), "MoCAProtocols"]))
  }
  return [.target(name: "Backbones", dependencies: dependencies, exclude: folders)] + targets
}

func shim() -> Target {
  if let prebuilt {
    return .target(
      name: "CTorch",
      exclude: [
        "Autograd.cpp", "Boundary.cpp", "Families.cpp", "InPlace.cpp", "LinearAlgebra.cpp",
        "Network.cpp", "Pickle.cpp", "Runtime.cpp",
        "Shape.cpp",
      ],
      sources: ["Prebuilt.c"],
      linkerSettings: [
        .unsafeFlags(["-L\(prebuilt)", "-lctorch", "-Xlinker", "-rpath", "-Xlinker", prebuilt])
      ])
  }
  let cuda = hasCUDA ? ["-ltorch_cuda", "-lc10_cuda"] : []
  return .target(
    name: "CTorch",
    exclude: ["Prebuilt.c"],
    cxxSettings: [
      .unsafeFlags(["-isystem", "\(libtorch)/include", "-Wall", "-Wextra", "-Werror"])
    ] + (hasCUDA ? [.define("CT_WITH_CUDA")] : []),
    linkerSettings: [
      .unsafeFlags(
        [
          "-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib", "-Xlinker",
          "--no-as-needed",
        ]
          + ["-ltorch_cpu", "-lc10"] + cuda)
    ])
}

let package = Package(
  name: "MoCA",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Ablation", targets: ["Ablation"]),
    .library(name: "MoCACommand", targets: ["MoCACommand"]),
    .library(name: "Conformance", targets: ["Conformance"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Extractors", targets: ["Extractors"]),
    .library(name: "Metrics", targets: ["Metrics"]),
    .library(name: "MoCAProtocols", targets: ["MoCAProtocols"]),
    .library(name: "Runner", targets: ["Runner"]),
    .library(name: "Scoring", targets: ["Scoring"]),
    .executable(name: "moca", targets: ["moca"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    shim(),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),

    .target(name: "Files", dependencies: ["CCrypto"]),
    .target(name: "Mathematics"),
    .target(name: "PluginKit", dependencies: ["Files", "Yams"]),
    .target(name: "Torch", dependencies: ["CTorch", "Files"]),
    .target(name: "TorchNN", dependencies: ["Files", "Torch"]),
    .target(name: "MoCAProtocols", dependencies: ["Files", "Mathematics", "PluginKit", "TorchNN"]),
    .target(name: "Optimizers", dependencies: ["MoCAProtocols"]),
    .target(name: "Priors", dependencies: ["MoCAProtocols"]),
    .target(name: "Regularizers", dependencies: ["MoCAProtocols"]),
    .target(name: "Metrics", dependencies: ["Files", "MoCAProtocols"]),
    .target(
      name: "Extractors", dependencies: ["Files", "MoCAProtocols"], resources: [.copy("Weights")]),
    .target(name: "Scoring", dependencies: ["Metrics"]),
    .target(name: "Conformance", dependencies: ["MoCAProtocols", "Metrics"]),
    .target(
      name: "Datasets", dependencies: ["Files", "Mathematics", "PluginKit", "CArchive", "CTurboJPEG", "CPNG"]),
    .target(
      name: "EventLog", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["Protos"]),
    .target(name: "Storage", dependencies: ["Files", "Torch", "CZstd"]),
    .target(name: "Terminal", dependencies: ["Files", "PluginKit"]),
    .target(
      name: "Runner",
      dependencies: [
        "Datasets", "EventLog", "Files", "Metrics", "MoCAProtocols", "Storage",
      ]),
    .target(name: "Evaluation", dependencies: ["Extractors", "Metrics", "Runner", "Scoring"]),
    .target(name: "Ablation", dependencies: ["Evaluation", "Runner"]),
    .target(name: "Comparison", dependencies: ["Ablation", "Evaluation", "Runner"]),
    .target(name: "Templates"),
    .target(name: "Tables", dependencies: ["Comparison", "Terminal"]),
    .target(
      name: "Reports",
      dependencies: ["Comparison", .product(name: "Mustache", package: "swift-mustache")],
      resources: [
        "page.mustache", "section.mustache", "table.mustache", "figure.mustache", "strip.mustache",
        "cell.mustache", "report.css", "report.js",
      ].map { .embedInCode("Templates/\($0)") }),
    .target(
      name: "MoCACommand",
      dependencies: [
        "Ablation", "Backbones", "Comparison", "Conformance", "Datasets", "Evaluation", "Extractors", "Files",
        "Metrics", "Optimizers", "Priors", "Regularizers", "Reports", "Runner", "Tables", "Templates",
        "Terminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "moca", dependencies: ["MoCACommand"]),

    .testTarget(name: "ArchitectureTests"),
    .testTarget(name: "MathematicsTests", dependencies: ["Mathematics"]),
    .testTarget(name: "PluginKitTests", dependencies: ["PluginKit"]),
    .testTarget(name: "TorchTests", dependencies: ["Torch", "TorchNN"]),
    .testTarget(
      name: "MethodTests",
      dependencies: ["Backbones", "Optimizers", "Priors", "Regularizers", "MoCAProtocols", "Torch"]),
    .testTarget(
      name: "ConformanceTests",
      dependencies: ["Conformance", "Metrics", "MoCAProtocols", "Priors", "Regularizers"]),
    .testTarget(name: "ExtractorTests", dependencies: ["Extractors", "Datasets", "Torch", "TorchNN"]),
    .testTarget(
      name: "MetricTests", dependencies: ["Metrics", "MoCAProtocols", "Priors", "Scoring", "Torch"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "PluginKit", "CArchive", "CTurboJPEG"]),
    .testTarget(name: "StorageTests", dependencies: ["Runner", "Storage", "Terminal"]),
    .testTarget(
      name: "EventLogTests",
      dependencies: ["EventLog", "Runner", "Backbones", "Optimizers", "Priors", "Regularizers"]),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "Comparison", "MoCACommand", "Backbones", "Optimizers", "Priors", "Regularizers", "moca",
      ]),
    .testTarget(
      name: "ReportTests", dependencies: ["Reports", "Backbones", "Optimizers", "Priors", "Regularizers"]),
    .testTarget(name: "CommandTests", dependencies: ["Runner", "Terminal", "moca"]),
  ],
  cxxLanguageStandard: .cxx20
)
package.targets += backboneTargets()
package.products += backbones.map { .library(name: "\($0)Backbone", targets: ["\($0)Backbone"]) }
