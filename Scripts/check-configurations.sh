#!/usr/bin/env bash
# Takes two steps with every configuration in Configurations/, on small stand-ins for the images where they are not built
# in, and plans its matrix where it has one.
#
#   Scripts/check-configurations.sh MOCA
set -euo pipefail
cd "$(dirname "$0")/.."

moca=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MOCA_CACHE=$work/cache

# Random images in the form of each dataset: MNIST's files, CIFAR-10's batches, and a zip of pictures.
python3 - "$work" <<'PY'
import os, random, struct, sys, zipfile, zlib

folder = sys.argv[1]
random.seed(0)
for kind, count in (("train", 240), ("t10k", 60)):
    with open(f"{folder}/{kind}-images-idx3-ubyte", "wb") as file:
        file.write(struct.pack(">iiii", 2051, count, 28, 28) + random.randbytes(count * 784))
    with open(f"{folder}/{kind}-labels-idx1-ubyte", "wb") as file:
        file.write(struct.pack(">ii", 2049, count) + bytes(random.randrange(10) for _ in range(count)))
os.mkdir(f"{folder}/batches")
for index in range(1, 6):
    record = lambda: bytes([random.randrange(10)]) + random.randbytes(3072)
    with open(f"{folder}/batches/data_batch_{index}.bin", "wb") as file:
        file.write(b"".join(record() for _ in range(10000)))


def png(size):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + random.randbytes(3 * size) for _ in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


with zipfile.ZipFile(f"{folder}/faces.zip", "w") as archive:
    for index in range(128):
        archive.writestr(f"{index:03}.png", png(48))
PY

for file in Configurations/*.yaml; do
  name=$(basename "$file" .yaml)
  case $name in
    mnist*) images=("dataset.path=$work") ;;
    cifar10) images=("dataset.path=$work/batches") ;;
    cifar10-narrow | cifar10-memories | celeba*) images=("dataset.path=$work/faces.zip") ;;
    *) images=(dataset.count=256) ;;
  esac
  case $name in cifar10-narrow | cifar10-memories) images+=(dataset.size=32) ;; esac
  # The batch of a shipped file on the few images of a stand-in.
  images+=(training.batch=16 training.steps=2)
  echo "== $name"
  grep -q 'Expected cost: [^C]' "$file" || { echo "$file says nothing of its cost" >&2; exit 1; }
  "$moca" train --quiet --threads 1 --config "$file" --run "$work/$name" "${images[@]}" > /dev/null 2> "$work/log" ||
    { cat "$work/log" >&2; exit 1; }
  if grep -q '^ablation:' "$file"; then
    # The whole matrix is resolved and checked; its first cell is run.
    "$moca" ablate "$file" "${images[@]}" --no-scores --dry-run --json > "$work/cells.json"
    first=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[0]["cell"])' "$work/cells.json")
    "$moca" ablate "$file" "${images[@]}" --no-scores --output "$work/$name-matrix" --cell "$first" --quiet
    echo "$(grep -c '"cell"' "$work/cells.json") cells, ran $first"
  fi
  rm -rf "$work/$name" "$work/$name-matrix"
done
