#!/usr/bin/env bash
# Builds libctorch.so, the only part that knows libtorch, with a plain C++ compiler.
#
#   LIBTORCH=/path/to/torch Scripts/build-shim.sh [FOLDER]     (default folder: .build/shim)
#
# A Swift build linked with CTORCH_PREBUILT=FOLDER needs nothing else of libtorch, so one `moca` built with
# --static-swift-stdlib serves machines with different releases of torch, CUDA included: only this is rebuilt.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
libtorch=${LIBTORCH:-$root/.deps/libtorch}
output=${1:-$root/.build/shim}
compiler=${CXX:-g++}

[ -f "$libtorch/include/ATen/core/Tensor.h" ] || {
  printf 'error: no libtorch in %s; set LIBTORCH to a folder with include/ and lib/\n' "$libtorch" >&2
  exit 1
}
libraries="-ltorch_cpu -lc10"
flags=
if [ -e "$libtorch/lib/libtorch_cuda.so" ]; then
  libraries="-ltorch_cuda -lc10_cuda $libraries"
  flags=-DCT_WITH_CUDA
fi

mkdir -p "$output"
objects=
jobs=
for source in "$root"/Sources/CTorch/*.cpp; do
  object=$output/$(basename "$source" .cpp).o
  "$compiler" -std=c++20 -O2 -fPIC -Wall -Wextra $flags -isystem "$libtorch/include" \
    -I "$root/Sources/CTorch/include" -c "$source" -o "$object" &
  jobs="$jobs $!"
  objects="$objects $object"
done
for job in $jobs; do wait "$job"; done
# shellcheck disable=SC2086
"$compiler" -shared -o "$output/libctorch.so" $objects -L"$libtorch/lib" -Wl,-rpath,"$libtorch/lib" \
  -Wl,--no-as-needed $libraries
rm -f $objects
printf 'built %s\n' "$output/libctorch.so"
