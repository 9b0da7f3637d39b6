#!/usr/bin/env bash
# Trains MoCA on procedural sprites: the shortest way to see it learn.
set -euo pipefail

moca=$1
run=runs/demo
rm -rf "$run"
"$moca" train --config Configurations/demo.yaml --run "$run"
