#!/usr/bin/env bash
# build.sh [OUTDIR]: builds libmercuda.so (apt-get install g++; no CUDA needed); does nothing when it is up to date.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../artifacts/native}
library=$out/libmercuda.so
if [ -f "$library" ] && [ -z "$(find "$here" -type f -newer "$library" -print -quit)" ]; then exit 0; fi
command -v g++ >/dev/null || { echo "native/cuda needs a C++ compiler: apt-get install g++" >&2; exit 1; }
mkdir -p "$out"
# Built aside and renamed, so that a process which has the old library open keeps it whole.
temporary=$(mktemp "$out/.libmercuda.XXXXXX")
trap 'rm -f "$temporary"' EXIT
g++ -O2 -std=c++17 -shared -fPIC -fvisibility=hidden -Wall -Wextra -o "$temporary" "$here/mer_cuda.cpp"
chmod 755 "$temporary"
mv -f "$temporary" "$library"
