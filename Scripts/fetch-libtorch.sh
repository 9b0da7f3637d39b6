#!/usr/bin/env bash
# Fetches the pinned CPU build of libtorch into .deps/libtorch (about 475 MB unpacked).
#
# The library comes out of PyTorch's own Python wheel; Python is used to download and unpack it and
# is not needed afterwards. Set LIBTORCH to a folder with include/ and lib/ to use another build,
# for example one with CUDA; then nothing is fetched.
set -euo pipefail

version=2.13.0+cpu
index=https://download.pytorch.org/whl/cpu
root=$(cd "$(dirname "$0")/.." && pwd)
target=$root/.deps/libtorch

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

if [ -n "${LIBTORCH:-}" ]; then
  [ -f "$LIBTORCH/include/ATen/core/Tensor.h" ] && [ -e "$LIBTORCH/lib/libtorch_cpu.so" ] ||
    fail "LIBTORCH=$LIBTORCH has no include/ATen or no lib/libtorch_cpu.so. Point it to an unpacked libtorch, or unset it to fetch $version."
  exit 0
fi
if [ "$(cat "$target/VERSION" 2>/dev/null)" = "$version" ]; then
  exit 0
fi

python=${PYTHON:-python3}
command -v "$python" >/dev/null || fail "python3 is needed to download libtorch. Install it (apt-get install python3-pip), or set LIBTORCH to an unpacked libtorch."
"$python" -m pip --version >/dev/null 2>&1 || fail "$python has no pip. Install it (apt-get install python3-pip), or set LIBTORCH to an unpacked libtorch."

mkdir -p "$root/.deps"
work=$(mktemp -d "$root/.deps/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

printf 'Fetching libtorch %s (about 190 MB) …\n' "$version"
download() {
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version 3.11 --implementation cp --platform manylinux_2_28_x86_64 \
    --dest "$work" "$@" "torch==$version"
}
# The configured index or find-links first, PyTorch's own index second.
download 2>"$work/first.log" || download --index-url "$index" 2>"$work/second.log" || {
  cat "$work/first.log" "$work/second.log" >&2
  fail "could not download torch==$version. Check the network, or set LIBTORCH to an unpacked libtorch."
}

"$python" - "$work" <<'PY'
import pathlib
import sys
import zipfile

work = pathlib.Path(sys.argv[1])
wheel = next(work.glob("torch-*.whl"))
libraries = {"libtorch.so", "libtorch_cpu.so", "libc10.so", "libgomp.so.1"}
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        path = pathlib.PurePosixPath(name)
        is_header = name.startswith("torch/include/")
        is_library = name.startswith("torch/lib/") and path.name in libraries
        if is_header or is_library:
            archive.extract(name, work)
PY

printf '%s' "$version" >"$work/torch/VERSION"
rm -rf "$target"
mv "$work/torch" "$target"
printf 'libtorch %s is in .deps/libtorch\n' "$version"
