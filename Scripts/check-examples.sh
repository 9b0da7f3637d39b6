#!/usr/bin/env bash
# Builds the package in Examples/ as an outside package would, adds what `moca new` writes to a copy of it, and trains
# with both.
#
#   Scripts/check-examples.sh
#
# Both builds use one scratch folder, .build-examples, so that MoCA itself is compiled once.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$PWD/.build-examples
copy=$PWD/.build-examples-copy    # beside Examples/, so that the path of its dependency holds
work=$(mktemp -d)
trap 'rm -rf "$work" "$copy"' EXIT
export MOCA_CACHE=$work/cache
mymoca=$scratch/release/mymoca

step() { printf '\n== %s\n' "$*"; }

build() { "${SWIFT:-swift}" build -c release --package-path "$1" --scratch-path "$scratch" --product mymoca; }

# Two steps with a regularizer and a backbone.
train() {
  "$mymoca" train --quiet --threads 1 --run "$work/$1-$2" regularizer="$1" backbone="$2" dataset.count=64 \
    dataset.size=28 latent.size=8 training.batch=16 training.steps=2
}

step "the package in Examples"
build Examples
"$mymoca" list random-features
"$mymoca" describe pooled
"$mymoca" list --matrix random-features
train random-features pooled

step "what moca new writes, in a copy of it"
rm -rf "$copy"
mkdir "$copy"
cp -r Examples/Package.swift Examples/Sources "$copy/"
if [ -f Examples/Package.resolved ]; then cp Examples/Package.resolved "$copy/"; fi
sources=$copy/Sources/mymoca
"$mymoca" new regularizer new-distance --output "$sources"
"$mymoca" new backbone new-network --output "$sources"
additions='    catalogs.regularizers = catalogs.regularizers.adding(NewDistance.self)\
    catalogs.encoders = catalogs.encoders.adding(NewNetworkEncoder.self)\
    catalogs.decoders = catalogs.decoders.adding(NewNetworkDecoder.self)'
sed -i "/MoCA.main(catalogs: catalogs)/i\\
$additions" "$sources/Main.swift"
build "$copy"
"$mymoca" check regularizer new-distance
train new-distance new-network
step "the examples and the templates build, pass and train"
