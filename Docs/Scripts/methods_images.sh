#!/usr/bin/env bash
# Trains every regularizer for a short while on sprites and on CIFAR-10 (JPEG), from one configuration that differs in
# the regularizer only, and writes Docs/Results/methods-images.json.
#
#   Docs/Scripts/methods_images.sh MOCA CIFAR10-ARCHIVE FOLDER [NAME …]     (no names: every regularizer of the catalog)
#
# Two runs at a time on one thread each, and a few steps of every method alone for their times. Each run is scored by
# `moca evaluate`, with 5,000 samples of the prior. Penalties of codes get λ by weight=auto; likelihoods and regularized
# autoencoders, whose λ is part of the definition, and simclr, whose pull does not pass the step's own features, keep
# their default. Runs that are there already are not repeated.
set -euo pipefail
moca=$1 cifar=$2 folder=$3
shift 3
root=$(cd "$(dirname "$0")/../.." && pwd)
catalog=$("$moca" list regularizer --json)
names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(
  printf '%s' "$catalog" | python3 -c 'import json, sys; print("\n".join(p["name"] for p in json.load(sys.stdin)))')

# Prints the arguments of a method: its weight, and a queue that fits a short run.
arguments() {
  "$moca" train --dry-run "regularizer=$1" | python3 -c '
import sys
memory = False
for line in sys.stdin:
    memory = line.startswith("memory") or memory and line.startswith(" ")
    if memory and "capacity" in line:
        print("memory.capacity=4096")
'
  case $1 in
  none | denoising | latent-noise | gan | simclr | kl | vmf-kl | info-vae | rae-*) ;;
  *) echo regularizer.weight=auto ;;
  esac
}

train() {
  local name=$1 set=$2 data
  [ -e "$folder/$set/$name/samples/reconstructions.png" ] && return 0
  rm -rf "${folder:?}/$set/$name"
  case $set in
  sprites) data=(dataset=sprites dataset.count=16384) ;;
  cifar10) data=(dataset=images "dataset.path=$cifar") ;;
  times) data=(dataset=sprites dataset.count=16384 training.steps=60 record.metrics=10 schedule.weightCalibration=10) ;;
  esac
  # shellcheck disable=SC2046
  OMP_WAIT_POLICY=passive "$moca" train --quiet --threads 1 --run "$folder/$set/$name" \
    --config "$root/Configurations/methods.yaml" "${data[@]}" "regularizer=$name" $(arguments "$name") \
    >"$folder/$set-$name.log" 2>&1 || echo "$set $name (see $folder/$set-$name.log)" | tee -a "$folder/failed" >&2
}

# Scores of the last checkpoint, as JSON beside it.
score() {
  local run=$folder/$2/$1
  [ -s "$run/scores.json" ] && return 0
  OMP_WAIT_POLICY=passive "$moca" evaluate "$run" --threads 1 --samples 5000 --extractor cifar --metric frechet \
    --metric reconstruction --metric latent --json >"$run/scores.partial" 2>>"$folder/$2-$1.log" &&
    mv "$run/scores.partial" "$run/scores.json" || echo "$2 $1 (scores)" | tee -a "$folder/failed" >&2
}

mkdir -p "$root/Docs/Results" "$folder/sprites" "$folder/cifar10" "$folder/times"
for set in sprites cifar10; do
  for name in "${names[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
    { train "$name" "$set" && score "$name" "$set"; } &
  done
done
wait
# Steps are timed with nothing beside them.
for name in "${names[@]}"; do train "$name" times; done
if [ -e "$folder/failed" ]; then
  echo "error: some runs failed; see $folder/failed" >&2
  exit 1
fi
python3 "$root/Docs/Scripts/collect_runs.py" "$folder" >"$root/Docs/Results/methods-images.json"
