#!/usr/bin/env bash
# Reads a checkpoint with `zstd -d` and Python's safetensors and compares every tensor with what moca says.
#
#   Scripts/check-interchange.sh [RUN]      (default: the first cell of runs/demo)
set -euo pipefail
cd "$(dirname "$0")/.."

cells=(runs/demo/cells/*)
run=${1:-${cells[0]}}
checkpoint=$run/checkpoints/$(cat "$run/checkpoints/latest")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m pip install --quiet --disable-pip-version-check --target "$work/python" numpy safetensors
.build/release/moca inspect "$checkpoint" --json --values >"$work/manifest.json"
PYTHONPATH=$work/python python3 Tests/Fixtures/read_checkpoint.py "$checkpoint" "$work/manifest.json"
