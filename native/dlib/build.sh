#!/usr/bin/env bash
# build.sh [OUTDIR]: builds libmerdlib.so over Debian's dlib (apt-get install g++ libdlib-dev libdlib-data); does nothing when it is up to date.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../artifacts/native}
library=$out/libmerdlib.so
if [ -f "$library" ] && [ "$library" -nt "$here/mer_dlib.cpp" ] && [ "$library" -nt "$here/build.sh" ]; then exit 0; fi
command -v g++ >/dev/null || { echo "native/dlib needs a C++ compiler: apt-get install g++" >&2; exit 1; }
[ -f /usr/include/dlib/image_processing.h ] || { echo "native/dlib needs dlib's headers: apt-get install libdlib-dev libdlib-data" >&2; exit 1; }
mkdir -p "$out"
# AVX2 makes the detector a third faster; a processor without it gets SSE 4.2.
if grep -qw avx2 /proc/cpuinfo; then level=x86-64-v3; else level=x86-64-v2; fi
# Built aside and renamed, so that a process which has the old library open keeps it whole.
temporary=$(mktemp "$out/.libmerdlib.XXXXXX")
trap 'rm -f "$temporary"' EXIT
g++ -O3 -march=$level -std=c++17 -shared -fPIC -fvisibility=hidden -o "$temporary" "$here/mer_dlib.cpp" -ldlib
chmod 755 "$temporary"
mv -f "$temporary" "$library"
