#!/usr/bin/env bash
# Trains two tiny runs that differ in the regularizer, sets one back and resumes it, and reads both with the real
# TensorBoard: scalars, pictures and the HParams page must be those of the run folders.
#
#   Scripts/check-tensorboard.sh [MOCA]      (default: .build/release/moca)
set -euo pipefail
cd "$(dirname "$0")/.."

moca=${1:-.build/release/moca}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check \
  tensorboard==2.21.0 'setuptools<81' pillow==13.0.0 ruamel.yaml==0.19.1

train() {
  name=$1
  shift
  "$moca" train --run "$work/runs/$name" --threads 1 --quiet "$@" dataset.count=256 training.steps=30 training.batch=32 \
    encoder.width=4 decoder.width=4 latent.size=8 \
    record.metrics=4 record.samples=15 record.evaluation=10 record.checkpoint=5 record.keep=9 >"$work/output"
}

train queue regularizer=moca memory.capacity=64
train batch regularizer=mmd regularizer.weight=100

# As if the process had been killed in the middle of a record, after step 30, with step 10 saved.
truncate --size=-7 "$work"/runs/queue/events.out.tfevents.*
rm "$work"/runs/queue/checkpoints/step-000000{15,20,25,30}.*
train queue regularizer=moca memory.capacity=64 --resume

"$work/python/bin/python" Tests/Fixtures/read_events.py "$work/runs"
