#!/usr/bin/env bash
# Fails where a Swift file is not formatted as .swift-format says.
set -euo pipefail
cd "$(dirname "$0")/.."
${SWIFT:-swift} format lint --strict --recursive --configuration .swift-format Sources Tests Benchmarks/Sources Benchmarks/Package.swift \
  Examples/Sources Examples/Package.swift Package.swift
