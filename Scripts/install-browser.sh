#!/usr/bin/env bash
# Installs Chromium, in which Scripts/check-report.sh opens a report.
set -euo pipefail

if command -v chromium > /dev/null; then exit 0; fi
sudo=$([ "$(id -u)" = 0 ] || echo sudo)
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends chromium > /dev/null
