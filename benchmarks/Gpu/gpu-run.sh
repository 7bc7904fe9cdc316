#!/usr/bin/env bash
# gpu-run.sh [--device cpu] [PART ...]: unpacks the folder that ./dev gpu-pack wrote and does its parts, each within a limit; every result is in $OUT at once.
# Needs a PyTorch in python3 (its libtorch computes) and nothing else.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/results} device=cuda small=()
[ "${1-}" != --device ] || { device=$2; shift 2; }
[ "$device" = cuda ] || small=(--tiny)
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(versions parity pytorch step anatomy folds fold loso tables compiled)
mkdir -p "$out"
work=${MER_GPU_WORK:-/tmp/mer-gpu}
[ -e "$work/gpu-bench" ] || { mkdir -p "$work" && tar -xJf "$here/gpu-bench.tar.xz" -C "$work"; }
export MER_NATIVE=$work MER_ROOT=$work DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
: "${MER_LIBTORCH:=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')}"
[ -e "$work/libtorch_cpu.so" ] || export MER_LIBTORCH
tiny=(); [ "$device" = cuda ] || tiny=(--size 32 --width 16 --window 4 --clips 4 --steps 2)

# part NAME SECONDS COMMAND...
part() {
  local name=$1 limit=$2 started=$SECONDS; shift 2
  echo "== $name"
  timeout -k 5 "$limit" "$@"
  local status=$?
  echo "== $name: status $status after $((SECONDS - started)) s" | tee -a "$out/summary.txt"
}
{
  for name in "${parts[@]}"; do
    case $name in
      pytorch) part pytorch 90 python3 "$work/pytorch_step.py" "$work" --device "$device" --out "$out/figures.jsonl" "${tiny[@]}" ;;
      compiled) part compiled 200 python3 "$work/pytorch_step.py" "$work" --device "$device" --out "$out/figures.jsonl" --compile "${tiny[@]}" ;;
      *) part "$name" 120 "$work/gpu-bench" "$name" --device "$device" --data "$work/small.data" --out "$out" "${small[@]}" ;;
    esac
  done
} 2>&1 | grep -v NNPACK | tee -a "$out/log.txt"
