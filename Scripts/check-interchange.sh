#!/usr/bin/env bash
# Reads a checkpoint with `zstd -d` and Python's safetensors and compares every tensor with what moca says.
#
#   Scripts/check-interchange.sh [RUN]      (default: runs/demo)
set -euo pipefail
cd "$(dirname "$0")/.."

run=${1:-runs/demo}
checkpoint=$run/checkpoints/$(cat "$run/checkpoints/latest")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v zstd >/dev/null || {
  if [ "$(id -u)" -eq 0 ]; then apt-get install -y -qq zstd >/dev/null; else sudo apt-get install -y -qq zstd >/dev/null; fi
}
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check numpy safetensors
.build/release/moca inspect "$checkpoint" --json --values >"$work/manifest.json"
"$work/python/bin/python" Tests/Fixtures/read_checkpoint.py "$checkpoint" "$work/manifest.json"
