#!/usr/bin/env bash
# Times what `moca ablate` adds to the runs it starts: the same four runs as cells and as bare `moca train`, in turn.
#
#   Benchmarks/cell_overhead.sh MOCA [ROUNDS]         (default: 5 rounds)
#
# Prints medians over the rounds, in seconds: of the bare training and of the cell, each for one run; of what the cell adds,
# the check of the whole matrix included; of a process that trains a single step.
set -euo pipefail

moca=$(realpath "$1")
rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > matrix.yaml <<'YAML'
dataset: {count: 4096}
backbone: {name: convolutional, width: 16}
training: {steps: 60, batch: 64}
YAML
axes=(regularizer=moca,mmd seed=0,1)
cells=4

now() { date +%s%N; }

for round in $(seq "$rounds"); do
  start=$(now)
  for regularizer in moca mmd; do
    for seed in 0 1; do
      "$moca" train --config matrix.yaml --quiet --threads 1 --run "./bare-$round-$regularizer-$seed" \
        regularizer=$regularizer training.seed=$seed > /dev/null 2>&1
    done
  done
  middle=$(now)
  "$moca" ablate matrix.yaml "${axes[@]}" --threads 1 --no-scores --no-report --output "./cells-$round" > /dev/null 2>&1
  end=$(now)
  "$moca" train --config matrix.yaml --quiet --threads 1 --run "./single-$round" training.steps=1 > /dev/null 2>&1
  echo "$start $middle $end $(now)" >> times
done

for cell in cells-1/cells/*; do   # the same work: equal weights at the end
  bare=$(basename "$cell" | sed -E 's/^([a-z]+)_seed([0-9]+)_.*/bare-1-\1-\2/')
  cmp "$cell/checkpoints/step-00000060.safetensors.zst" "$bare/checkpoints/step-00000060.safetensors.zst"
done

median() { awk -v column="$1" '{ print $column }' figures | sort -n | sed -n "$(((rounds + 1) / 2))p"; }

awk -v cells=$cells '{
  bare = ($2 - $1) / 1e9 / cells; cell = ($3 - $2) / 1e9 / cells
  printf "%.2f %.2f %.2f %.2f\n", bare, cell, cell - bare, ($4 - $3) / 1e9
}' times > figures
echo "bare training $(median 1) s, cell $(median 2) s, added $(median 3) s; a process of a single step $(median 4) s"
