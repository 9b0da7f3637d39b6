#!/usr/bin/env bash
# The shortest way to a comparison: four regularizers on procedural sprites, two seeds each, scored and reported.
set -euo pipefail

moca=$1
rm -rf runs/demo
"$moca" ablate Configurations/sprites.yaml --jobs "$(nproc)" --output runs/demo
