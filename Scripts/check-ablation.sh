#!/usr/bin/env bash
# An ablation that is killed ten times at random moments, and one that two processes share, must end with the same bits as
# one that ran through. Prints what was compared; ends with 1 on a difference.
set -euo pipefail

moca=$(realpath "$1")
kills=${2:-10}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > matrix.yaml <<'YAML'
dataset: {count: 1024}
backbone: {name: convolutional, width: 4}
latent: {size: 8}
training: {steps: 150, batch: 32}
record: {metrics: 10, evaluation: 50, samples: 75, checkpoint: 10}
ablation:
  axes: {regularizer: [moca, mmd, sliced-wasserstein], seed: 0..1}
  settings:
    regularizer:
      moca: {memory: {capacity: 64}}
  metrics: [latent]
YAML

ablate() { "$moca" ablate matrix.yaml --threads 1 --quiet --no-report --output "./$1" > /dev/null 2>> "$1.log"; }

now() { date +%s%N; }
seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", (b - a) / 1e9 }'; }

start=$(now)
ablate whole
middle=$(now)
whole=$(seconds "$start" "$middle")

# The folder's path is in the command line of every process of the ablation, and of no other.
for attempt in $(seq "$kills"); do
  ablate killed & scheduler=$!
  sleep "$(awk -v seed="$attempt$$" -v most="$whole" 'BEGIN { srand(seed); print 0.2 + rand() * most / 4 }')"
  pkill -KILL -f "$work/killed/|--output ./killed" || true
  wait "$scheduler" 2> /dev/null || true
done
ablate killed

middle=$(now)
ablate shared & first=$!
ablate shared & second=$!
wait "$first" "$second"
shared=$(seconds "$middle" "$(now)")

count=0
for other in killed shared; do
  cmp <(sed '/^request/d' whole/ablation.yaml) <(sed '/^request/d' "$other/ablation.yaml")
  for cell in whole/cells/*; do
    name=$(basename "$cell")
    for file in "$cell"/checkpoints/* "$cell"/evaluation/*.json; do
      cmp "$file" "$other/cells/$name/${file#"$cell"/}"
      count=$((count + 1))
    done
  done
done

# Each cell of the shared folder was trained once: its log begins with one start, and its first line is of step 1.
for log in shared/cells/*/metrics.jsonl; do
  [ "$(grep -c '"step":1,' "$log")" = 1 ] || { echo "$log was trained twice" >&2; exit 1; }
done

echo "$(ls whole/cells | wc -l) cells killed $kills times and shared by two processes: $count files equal;" \
  "one process took $whole s, two took $shared s"
