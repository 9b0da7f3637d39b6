#!/usr/bin/env bash
# Installs the system libraries that the build needs, where they are missing (Debian and Ubuntu).
set -euo pipefail

packages="libssl-dev libzstd-dev libarchive-dev libturbojpeg0-dev libpng-dev zstd"

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

command -v "${SWIFT:-swift}" >/dev/null || fail "swift is not on the PATH. Install Swift 6.3 or later from swift.org."

if ! command -v dpkg-query >/dev/null; then
  printf 'note: not a Debian system; make sure that OpenSSL, zstd, libarchive, libjpeg-turbo and libpng are installed with their headers\n' >&2
  exit 0
fi

missing=
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "these packages are missing and need root to install: apt-get install$missing"
  as_root=sudo
fi
printf 'Installing%s …\n' "$missing"
export DEBIAN_FRONTEND=noninteractive
# The package lists may be absent or old; a failed update is only an error if the installation fails too.
$as_root apt-get update -qq || true
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
  fail "could not install$missing. Check the network, or install them by hand."
