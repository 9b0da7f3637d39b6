#!/usr/bin/env bash
# Builds the package in Examples/ as an outside package would, with what `moca new` writes added to it, and uses each of its
# plugins: trains, samples, scores, and works on an ablation.
#
#   Scripts/check-examples.sh MOCA
#
# Everything happens in .build-examples-tree, a copy of the repository made of hard links: files there are replaced, never
# written in place. With the one scratch folder .build-examples MoCA is compiled once, and not again the next time.
set -euo pipefail
cd "$(dirname "$0")/.."

moca=$(realpath "$1")
scratch=$PWD/.build-examples
tree=$PWD/.build-examples-tree
package=$tree/Examples
sources=$package/Sources/mymoca
mymoca=$scratch/release/mymoca
work=$(mktemp -d)
trap 'rm -rf "$work" "$tree"' EXIT
export MOCA_CACHE=$work/cache
export LIBTORCH=${LIBTORCH:-$PWD/.deps/libtorch}

step() { printf '\n== %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Two steps with what the arguments say, in a run of that name.
train() { "$mymoca" train --quiet --threads 1 --run "$work/$1" training.batch=16 training.steps=2 latent.size=8 "${@:2}"; }

# What the manifest of the copy makes of its folders.
describe() {
  "${SWIFT:-swift}" package --package-path "$tree" --scratch-path "$work/scratch" describe --type json > "$work/package"
}

step "what moca new writes, added as it says"
rm -rf "$tree"
mkdir "$tree"
cp -al Package.swift Sources Tests Examples "$tree/"
"$moca" new regularizer new-distance --output "$sources" 2> /dev/null
"$moca" new backbone new-network --output "$sources" 2> /dev/null
additions='    catalogs.regularizers = catalogs.regularizers.adding(NewDistance.self)\
    catalogs.encoders = catalogs.encoders.adding(NewNetworkEncoder.self)\
    catalogs.decoders = catalogs.decoders.adding(NewNetworkDecoder.self)'
sed -i "/MoCA.main(catalogs: catalogs)/i\\
$additions" "$sources/Main.swift"

step "a backbone with a target of its own"
(cd "$tree" && "$moca" new backbone own-network --target 2> /dev/null)
describe
grep -q OwnNetworkBackboneTests "$work/package" || fail "the manifest has no target for the backbone"
sed -i -e 's/^import MoCAProtocols$/&\nimport OwnNetworkBackbone/' \
  -e 's/\.adding(ConvolutionalEncoder\.self)/&.adding(OwnNetworkEncoder.self)/' \
  -e 's/\.adding(ConvolutionalDecoder\.self)/&.adding(OwnNetworkDecoder.self)/' "$tree/Sources/Backbones/Catalog.swift"
# Its tests, in this package, so that MoCA's own are not built for them.
mkdir "$package/Tests"
cp -r "$tree/Tests/OwnNetworkBackboneTests" "$package/Tests/OwnTests"
tests='    .testTarget(\
      name: "OwnTests",\
      dependencies: [\
        .product(name: "OwnNetworkBackbone", package: "MoCA"), .product(name: "MoCAProtocols", package: "MoCA"),\
      ]),'
sed -i "/^  targets: \[/a\\
$tests" "$package/Package.swift"

step "build"
"${SWIFT:-swift}" build -c release --package-path "$package" --scratch-path "$scratch" --product mymoca
"${SWIFT:-swift}" test -c release --disable-testable-imports --disable-xctest --package-path "$package" \
  --scratch-path "$scratch" --filter OwnNetworkTests | tee "$work/tests"
grep -q 'with 1 test' "$work/tests" || fail "the backbone's test was not run"

step "left out again"
sed -i '/^  "OwnNetwork"$/d' "$tree/Package.swift"
describe
! grep -q OwnNetwork "$work/package" || fail "the backbone's target is still there"

step "the plugins of the package"
"$mymoca" list random-features
"$mymoca" list --matrix random-features
for name in random-features pooled laplace constant-noise momentum-keys smote numpy random-convolutions lion colourfulness commands; do
  "$mymoca" describe "$name" | sed -n 1p
done
"$mymoca" check regularizer new-distance

# Random images as numpy.savez writes them.
python3 - "$work/images.npz" <<'PY'
import random, struct, sys, zipfile

def array(kind, shape, values):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + values

random.seed(0)
count = 96
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    labels = struct.pack(f"<{count}q", *(index % 5 for index in range(count)))
    archive.writestr("train_labels.npy", array("<i8", (count, 1), labels))
    archive.writestr("train_images.npy", array("|u1", (count, 28, 28, 3), random.randbytes(count * 28 * 28 * 3)))
PY

step "training"
train outside dataset=numpy dataset.path="$work/images.npz" dataset.array=train_images dataset.labels=train_labels \
  regularizer=random-features backbone=pooled prior=laplace posterior=constant-noise memory=momentum-keys \
  optimizer=lion
train new regularizer=new-distance backbone=new-network dataset.count=64 dataset.size=28
train own regularizer=moca backbone=own-network memory=momentum-keys dataset.count=64 dataset.size=28

step "sampling and scores"
"$mymoca" sample "$work/outside" --sampler smote --output "$work/samples.png"
"$mymoca" evaluate "$work/outside" --metric fd-random-convolutions --metric colourfulness --sampler smote --samples 80 \
  --allow-few --threads 1 | tee "$work/scores"
for score in FD-random colourfulness; do grep -q "$score" "$work/scores" || fail "there is no score $score"; done

step "an ablation"
"$mymoca" ablate regularizer=random-features,new-distance backbone=pooled prior=laplace dataset.count=64 dataset.size=28 \
  latent.size=8 training.batch=16 training.steps=2 --threads 1 --no-scores --no-report --output "$work/matrix" \
  --launcher commands
sh "$work/matrix/commands.txt"
finished=$(grep -lE '"state" ?: ?"done"' "$work"/matrix/outcomes/*.json | wc -l)
[ "$finished" = 2 ] || fail "the commands finished $finished of 2 cells"

step "the examples and the templates build, pass and are used"
