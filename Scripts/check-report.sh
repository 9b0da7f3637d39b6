#!/usr/bin/env bash
# Opens a report in headless Chromium, without network, and fails on console errors, figures without alternative texts,
# anything wider than the window, and controls that the Tab key does not reach. Leaves screenshots (light, dark,
# narrow, wide) and a PDF to look at.
#
#   Scripts/check-report.sh REPORT.html [FOLDER]      (default folder: beside the report, NAME-check)
#
# Needs Debian's chromium and python3; CHROMIUM names another browser.
set -euo pipefail

[ $# -ge 1 ] || { printf 'usage: %s REPORT.html [FOLDER]\n' "$0" >&2; exit 64; }
[ -f "$1" ] || { printf 'error: no file %s\n' "$1" >&2; exit 74; }
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$browser" ] || { printf 'error: no chromium; apt-get install chromium, or set CHROMIUM\n' >&2; exit 1; }
mkdir -p "${2:-${1%.html}-check}"
exec python3 "$(dirname "$0")/check_report.py" "$browser" "$1" "${2:-${1%.html}-check}"
