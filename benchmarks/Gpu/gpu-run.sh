#!/usr/bin/env bash
# gpu-run.sh [--device cpu] [PART ...]: unpacks the folder that ./dev gpu-pack wrote and does its parts in order, each within a limit of its own and all within
# $LIMIT seconds (540); every result is in $OUT at once. Ends with 1 if a part failed. Needs a PyTorch in python3 ($PYTHON; its libtorch computes) and nothing else.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/results} device=cuda small=() patience=1
[ "${1-}" != --device ] || { device=$2; shift 2; }
parts=("$@")
if [ "$device" = cuda ]; then
  small=() tiny=()
  # The last two say what the operations of MER_CUDA_KERNELS bring, if time is left.
  [ ${#parts[@]} -gt 0 ] || parts=(versions parity step pytorch compiled anatomy folds processes fold loso tables fused kernels)
else
  # A test on a processor that others may use too; the limits are for the GPU's fifteen minutes.
  patience=4
  small=(--tiny) tiny=(--size 32 --width 16 --window 4 --clips 4 --steps 2)
  [ ${#parts[@]} -gt 0 ] || parts=(versions parity step pytorch anatomy folds processes fold loso tables)
fi
python=${PYTHON:-python3}
end=$((SECONDS + ${LIMIT:-540}))
mkdir -p "$out" && : >"$out/summary.txt" || exit 1
work=${MER_GPU_WORK:-/tmp/mer-gpu}
stamp=$(sha256sum <"$here/gpu-bench.tar.xz")
if [ "$(cat "$work/stamp" 2>/dev/null)" != "$stamp" ]; then
  [ ! -e "$work/stamp" ] || rm -rf "$work"
  mkdir -p "$work" && 
    { tar -xJf "$here/gpu-bench.tar.xz" -C "$work" || "$python" -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/gpu-bench.tar.xz" "$work"; } &&
    echo "$stamp" >"$work/stamp" || exit 1
fi
export MER_NATIVE=$work MER_ROOT=$work DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
: "${MER_LIBTORCH:=$("$python" -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')}"
[ -e "$work/libtorch_cpu.so" ] || export MER_LIBTORCH

# part NAME SECONDS COMMAND...
part() {
  local name=$1 limit=$(($2 * patience)) started=$SECONDS left=$((end - SECONDS)); shift 2
  [ "$left" -gt 5 ] || { echo "== $name: left out, the time is over" | tee -a "$out/summary.txt"; return; }
  [ "$limit" -le "$left" ] || limit=$left
  echo "== $name"
  timeout -k 5 "$limit" "$@"
  local status=$?
  echo "== $name: status $status after $((SECONDS - started)) s" | tee -a "$out/summary.txt"
}
{
  for name in "${parts[@]}"; do
    bench=("$work/gpu-bench" "$name" --device "$device" --data "$work/small.data" --out "$out" "${small[@]}")
    pytorch=("$python" "$work/pytorch_step.py" "$work" --device "$device" --out "$out/figures.jsonl" "${tiny[@]}")
    case $name in
      pytorch) part pytorch 60 "${pytorch[@]}" ;;
      compiled) part compiled 110 "${pytorch[@]}" --compile ;;
      fused) part fused 60 env MER_CUDA_KERNELS=fused "$work/gpu-bench" step --out "$out" --label fused ;;
      kernels) part kernels 60 env MER_CUDA_KERNELS=1 "$work/gpu-bench" step --out "$out" --label kernels ;;
      fold | loso) part "$name" 110 "${bench[@]}" ;;
      *) part "$name" 60 "${bench[@]}" ;;
    esac
  done
} 2>&1 | grep -v NNPACK | tee -a "$out/log.txt"
[ -s "$out/summary.txt" ] && ! grep -qv 'status 0 ' "$out/summary.txt"
