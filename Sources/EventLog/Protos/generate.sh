#!/usr/bin/env bash
# Makes Sources/EventLog/Generated from the .proto files here, with the plugin of the swift-protobuf that the package
# is resolved to. Needs protoc (apt-get install protobuf-compiler, or brew install protobuf).
set -euo pipefail
cd "$(dirname "$0")/../../.."

package=.build/checkouts/swift-protobuf
[ -d "$package" ] || ${SWIFT:-swift} package resolve
build=(${SWIFT:-swift} build --package-path "$package" --scratch-path .build/protoc-gen-swift)
"${build[@]}" --product protoc-gen-swift

protoc --plugin="$("${build[@]}" --show-bin-path)/protoc-gen-swift" \
  --proto_path=Sources/EventLog/Protos --proto_path="$package/Protos/Sources/SwiftProtobuf" \
  --swift_out=Sources/EventLog/Generated --swift_opt=Visibility=Internal \
  Sources/EventLog/Protos/*.proto
