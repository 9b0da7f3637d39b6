#!/usr/bin/env bash
# Builds the documentation of the library targets and fails on a ``link`` that leads nowhere and whatever else docc warns
# of. Only the parameters that need words have any, so its warnings about the others are passed over.
#
#   Scripts/check-documentation.sh [MODULES [OUTPUT]]
#
# MODULES holds the compiled modules of a finished build (.build/release/Modules): their comments are read from there, so
# that nothing is compiled again. Targets with a catalogue, NAME.docc, become an archive each in OUTPUT, where one is
# given; the comments of the others are checked together.
set -euo pipefail
cd "$(dirname "$0")/.."

modules=${1:-.build/release/Modules}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
output=${2:-$work/archives}
mkdir -p "$output" "$work/others"

toolchain=$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")
maps=()
for map in Sources/*/module.modulemap Sources/*/include/module.modulemap \
  .build/checkouts/*/Sources/*/include/module.modulemap; do
  if [ -f "$map" ]; then maps+=(-Xcc "-fmodule-map-file=$map"); fi
done

# What MoCAProtocols exports again is a part of its own documentation.
exported=$(sed -n 's/^@_exported import //p' Sources/MoCAProtocols/*.swift | paste -s -d ,)

graph() {
  "$toolchain/swift-symbolgraph-extract" -module-name "$1" -I "$modules" "${maps[@]}" -output-dir "$2" \
    -target "$("$toolchain/swiftc" -print-target-info | sed -n 's/.*"triple": "\(.*\)",/\1/p' | head -1)" \
    -minimum-access-level public -skip-synthesized-members -experimental-allowed-reexported-modules="$exported"
}

# Goes on where something is wrong, so that one run shows everything.
failed=0
check() {
  if ! "$toolchain/docc" convert --ide-console-output "$@" > "$work/log" 2>&1; then
    failed=1
    tail -5 "$work/log"
  fi
  if grep -E ': (warning|error): ' "$work/log" | grep -v 'is missing documentation'; then failed=1; fi
}

for folder in Sources/*/; do
  name=$(basename "$folder")
  if [ ! -f "$modules/$name.swiftmodule" ] || [[ ",$exported,moca," == *",$name,"* ]]; then continue; fi
  if [ -d "$folder$name.docc" ]; then
    mkdir "$work/$name"
    graph "$name" "$work/$name"
    check "$folder$name.docc" --additional-symbol-graph-dir "$work/$name" --fallback-bundle-identifier "moca.$name" \
      --output-path "$output/$name.doccarchive"
  else
    graph "$name" "$work/others"
  fi
done
check --additional-symbol-graph-dir "$work/others" --fallback-display-name MoCA --fallback-bundle-identifier moca \
  --output-path "$work/others.doccarchive"
if [ $failed -ne 0 ]; then
  echo "error: the documentation has the faults above; names of other modules stand in single backticks" >&2
  exit 1
fi
echo "the documentation is sound"
