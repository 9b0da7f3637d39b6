import Extractors
import Foundation
import MoCAProtocols

// Times the features of a FID on images of a file, for comparison with pytorch-fid on the same images and weights.
//
//   fid-features IMAGES WEIGHTS [precision=bfloat16] [resize=legacy-pytorch] [threads=2] [output=FILE]
//
// IMAGES is a safetensors file with `images`, [count, 3, h, w] of 8 bits; both files are what fid_features.py writes.
// Prints one line of JSON; with `output` the features are written as safetensors.

var options = ["precision": "float32", "resize": "legacy-pytorch", "threads": "2", "output": ""]
var files: [String] = []
for argument in CommandLine.arguments.dropFirst() {
  let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
  if parts.count == 1 {
    files.append(argument)
  } else if options[parts[0]] != nil {
    options[parts[0]] = parts[1]
  } else {
    fatalError("cannot read \(argument); use one of \(options.keys.sorted().map { $0 + "=…" })")
  }
}
guard files.count == 2 else { fatalError("fid-features needs a file of images and a file of weights") }

Runtime.setThreadCount(Int(options["threads"] ?? "") ?? 2)
let records = try Safetensors.read(URL(fileURLWithPath: files[0])).records
guard let record = records.first(where: { $0.name == "images" }) else {
  fatalError("\(files[0]) holds no tensor \"images\"")
}
let images = try Tensor(record)
let settings = try InceptionExtractor.Configuration(
  .object(["precision", "resize"].map { .init($0, .string(options[$0] ?? "")) }), path: "inception")
let extractor = try InceptionExtractor(
  settings, weights: WeightFile(URL(fileURLWithPath: files[1])))

// The first call of each shape sets up libtorch's kernels.
_ = extractor.features(of: images.narrowed(along: 0, from: 0, count: min(32, images.shape[0])))
let start = ProcessInfo.processInfo.systemUptime
let features = extractor.features(of: images).features
let seconds = ProcessInfo.processInfo.systemUptime - start
print(#"{"seconds": \#(seconds), "images": \#(images.shape[0])}"#)
if let output = options["output"], !output.isEmpty {
  try Safetensors.write([features.record(named: "features")], to: URL(fileURLWithPath: output))
}
