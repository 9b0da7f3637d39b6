#!/usr/bin/env bash
# Trains the same fifty steps on two devices and compares every loss.
#
#   Scripts/compare-devices.sh [MOCA] [DEVICE] [DEVICE]     (default: .build/release/moca cpu cuda)
#
# Exits with 1 where a loss differs by more than 1e-3 relative. MoCA draws nothing inside a step, so the devices'
# different random generators do not matter.
set -euo pipefail

moca=${1:-.build/release/moca}
first=${2:-cpu}
second=${3:-cuda}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() {
  "$moca" train --quiet --device "$1" --run "$work/$2" dataset=sprites dataset.count=2048 backbone.width=32 \
    latent.size=64 memory.capacity=1024 training.batch=64 training.steps=50 record.metrics=1 >/dev/null
}
run "$first" a
run "$second" b
python3 - "$work" "$first" "$second" <<'PY'
import json
import sys
from pathlib import Path

work, first, second = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
losses = [
    [json.loads(line)["loss"] for line in (work / name / "metrics.jsonl").read_text().splitlines()]
    for name in "ab"
]
differences = [abs(a - b) / abs(a) for a, b in zip(*losses, strict=True)]
worst = max(differences)
print(f"{len(differences)} steps on {first} and {second}: largest relative difference {worst:.2e}, "
      f"at step {differences.index(worst) + 1}")
sys.exit(worst > 1e-3)
PY
