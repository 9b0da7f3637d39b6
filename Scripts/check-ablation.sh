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

ablate() { "$moca" ablate matrix.yaml --threads 1 --no-report --output "./$1" > /dev/null 2>> "${2:-$1}.log"; }

now() { date +%s%N; }
seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", (b - a) / 1e9 }'; }

start=$(now)
ablate whole
middle=$(now)
whole=$(seconds "$start" "$middle")

# Every process of an attempt is in one session, and all of it is killed.
killed=0
for attempt in $(seq "$kills"); do
  setsid "$moca" ablate matrix.yaml --threads 1 --no-report --output ./killed > /dev/null 2>> killed.log & scheduler=$!
  sleep "$(awk -v seed="$attempt$$" -v most="$whole" 'BEGIN { srand(seed); print 0.2 + rand() * most / 4 }')"
  pkill -KILL -s "$scheduler" && killed=$((killed + 1)) || true
  wait "$scheduler" 2> /dev/null || true
done
[ "$killed" -gt 0 ] || { echo "no attempt was alive when it was to be killed" >&2; exit 1; }
ablate killed

middle=$(now)
ablate shared first & first=$!
ablate shared second & second=$!
wait "$first"
wait "$second"
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

# Each cell of the shared folder was started once, by one of the two, and both had some.
for log in first.log second.log; do
  grep -q ': started$' "$log" || { echo "one process did all the work: $log" >&2; exit 1; }
done
started=$(cat first.log second.log | grep ': started$' | sort)
[ "$(wc -l <<< "$started")" = "$(ls whole/cells | wc -l)" ] && [ "$(uniq -d <<< "$started")" = "" ] ||
  { printf 'cells were started more than once:\n%s\n' "$started" >&2; exit 1; }

# The tables, without what the cells cost and where they lie.
for folder in whole killed shared; do
  "$moca" compare "./$folder" --all --csv > "$folder.csv"
  cmp whole.csv "$folder.csv"
done

echo "$(ls whole/cells | wc -l) cells killed $killed times and shared by two processes: $count files and the tables equal;" \
  "one process took $whole s, two took $shared s"
