#!/usr/bin/env bash
# Makes the golden folders `run` and `ablation` beside this script with the program given, which was built at commit
# 0486a4f. They are read by GoldenFilesTests and never made anew: they stand for the files that people have.
#
#   Tests/Fixtures/golden/make.sh MOCA
set -euo pipefail
moca=$(realpath "$1")
cd "$(dirname "$0")"
export MOCA_CACHE=$(mktemp -d)
trap 'rm -rf "$MOCA_CACHE"' EXIT
small=(dataset.count=1200 dataset.size=8 latent.size=4 encoder=perceptron encoder.hidden=[8] decoder=perceptron
  decoder.hidden=[8] training.batch=16 training.steps=6 record.metrics=2 record.evaluation=3 record.samples=6
  record.checkpoint=3 record.tensorboard=false)

"$moca" train --quiet --threads 1 --run "$PWD/run" regularizer=moca memory.capacity=32 "${small[@]}"
"$moca" evaluate "$PWD/run" --threads 1 --samples 24 --metric latent --metric reconstruction --metric sharpness \
  --metric codes --metric prior-holes
"$moca" ablate regularizer=mmd,none seed=0..1 "${small[@]}" --output "$PWD/ablation" --threads 1 --samples 24 \
  --metric latent --metric reconstruction --metric sharpness
find . \( -name lock -o -name claims -o -name logs -o -name samples -o -name report.html \) -prune -exec rm -r {} +
