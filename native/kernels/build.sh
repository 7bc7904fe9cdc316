#!/usr/bin/env bash
# build.sh [OUTDIR]: builds libmerkernels.so (apt-get install g++); does nothing when it is up to date.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../artifacts/native}
library=$out/libmerkernels.so
if [ -f "$library" ] && [ -z "$(find "$here" -type f -newer "$library" -print -quit)" ]; then exit 0; fi
command -v g++ >/dev/null || { echo "native/kernels needs a C++ compiler: apt-get install g++" >&2; exit 1; }
mkdir -p "$out"
# Built aside and renamed, so that a process which has the old library open keeps it whole.
work=$(mktemp -d "$out/.kernels.XXXXXX")
trap 'rm -rf "$work"' EXIT
flags=(-O3 -std=c++17 -fPIC -fvisibility=hidden -Wall -Wextra -fno-math-errno -fno-tree-loop-distribute-patterns -Wno-psabi -Wno-maybe-uninitialized -Wno-uninitialized)
compile() { g++ "${flags[@]}" "$@" -c "$here/instructions.cpp"; }
compile -march=x86-64-v3 -DMER_ISA=avx2 -o "$work/avx2.o" &
compile -march=x86-64-v4 -mprefer-vector-width=512 -DMER_ISA=avx512 -o "$work/avx512.o" &
compile -march=x86-64-v4 -mprefer-vector-width=512 -mavx512bf16 -DMER_ISA=avx512bf16 -o "$work/avx512bf16.o" &
for _ in 1 2 3; do wait -n; done
g++ "${flags[@]}" -shared -o "$work/library" "$here/mer_kernels.cpp" "$work"/*.o
chmod 755 "$work/library"
mv -f "$work/library" "$library"
