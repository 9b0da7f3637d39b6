#!/usr/bin/env bash
# Times one MoCA training step here and in PyTorch, in turn, and prints the ratio.
#
#   Benchmarks/compare.sh [ROUNDS] [name=value …]     (default: 5 rounds; width=64 batch=100 latent=128 queue=16384)
#
# The machine's noise hits both alike, since they alternate; the median of the rounds' ratios is the figure.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=5
case "${1:-}" in [0-9]*) rounds=$1; shift ;; esac
python=${PYTHON:-.deps/python/bin/python}
if [ ! -x "$python" ]; then
  python3 -m venv .deps/python
  .deps/python/bin/pip install --quiet --disable-pip-version-check torch==2.13.0+cpu numpy ||
    .deps/python/bin/pip install --quiet --disable-pip-version-check \
      --index-url https://download.pytorch.org/whl/cpu torch==2.13.0+cpu numpy
  python=.deps/python/bin/python
fi
swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product step >/dev/null

flags=
for option in "$@"; do flags="$flags --${option%%=*} ${option#*=}"; done
ours=() theirs=()
for round in $(seq "$rounds"); do
  # shellcheck disable=SC2086
  theirs+=("$("$python" Benchmarks/pytorch_step.py $flags)")
  ours+=("$(.build-benchmarks/release/step "$@")")
  printf 'round %s\n  pytorch %s\n  moca    %s\n' "$round" "${theirs[-1]}" "${ours[-1]}"
done
"$python" - "${#ours[@]}" "${ours[@]}" "${theirs[@]}" <<'PY'
import json
import statistics
import sys

count = int(sys.argv[1])
times = [json.loads(text)["median_seconds"] for text in sys.argv[2:]]
ours, theirs = times[:count], times[count:]
ratios = [a / b for a, b in zip(ours, theirs)]
print(f"moca / pytorch: {statistics.median(ratios):.3f} (rounds: {', '.join(f'{r:.3f}' for r in ratios)})")
PY
