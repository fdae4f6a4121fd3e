#!/usr/bin/env bash
# Builds the native library with CUDA and tries it on this machine's GPU; its last lines are a summary to paste.
#
#   native/tests/run-on-gpu.sh                     needs nvcc 12 or 13, CMake, a C++ compiler, and oneDNN, which Maven
#                                                  has unpacked, or an archive has brought:
#   native/tests/run-on-gpu.sh pack OUT.tar.gz     packs what such a machine needs, for one without Maven
#
# There: tar xzf OUT.tar.gz && kaiaku/native/tests/run-on-gpu.sh
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
onednn=${KAIAKU_ONEDNN_DIR:-$root/native/build/onednn/org/bytedeco/dnnl/linux-x86_64}
build=$root/native/build-gpu
log=$build/run-on-gpu.log

fail() {
  echo "run-on-gpu.sh: $*" >&2
  exit 1
}

[ -f "$onednn/libdnnl.so.3" ] || fail "no oneDNN in $onednn; build with Maven once, or name its folder in KAIAKU_ONEDNN_DIR"

if [ "${1:-}" = pack ]; then
  archive=${2:-kaiaku-gpu.tar.gz}
  staging=$(mktemp -d)
  trap 'rm -rf "$staging"' EXIT
  mkdir -p "$staging/kaiaku/native/build/onednn/org/bytedeco/dnnl/linux-x86_64"
  (cd "$root" && tar cf - --exclude='native/build*' LICENSE cmake native) | tar xf - -C "$staging/kaiaku"
  cp -rL "$onednn/include" "$onednn/libdnnl.so.3" "$onednn/libgomp.so.1" \
    "$staging/kaiaku/native/build/onednn/org/bytedeco/dnnl/linux-x86_64"
  tar -C "$staging" -czf "$archive" kaiaku
  echo "$archive"
  exit 0
fi

for tool in cmake ctest "${CXX:-c++}"; do
  command -v "$tool" >/dev/null || fail "$tool is missing"
done
nvcc=${CUDACXX:-$(command -v nvcc || echo "${CUDA_PATH:-/usr/local/cuda}/bin/nvcc")}
[ -x "$nvcc" ] || fail "nvcc is missing; CUDACXX names it, and cmake/install-cuda.sh brings one"

mkdir -p "$build"
: >"$log"

# cuBLASLt of the toolkit, or of the wheels that torch comes with.
toolkit=$(dirname "$(dirname "$(readlink -f "$nvcc")")")
packages=$(python3 -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])' 2>/dev/null)/nvidia
if [ -z "${KAIAKU_CUBLASLT+set}" ]; then
  for folder in "$toolkit/lib64" "$toolkit"/targets/*/lib "$packages/cu13/lib" "$packages/cublas/lib"; do
    for library in "$folder"/libcublasLt.so.1[23]; do
      [ -n "${KAIAKU_CUBLASLT:-}" ] || [ ! -f "$library" ] || export KAIAKU_CUBLASLT=$library
    done
  done
fi
header=()
for folder in "$toolkit/include" "$toolkit"/targets/*/include "$packages/cu13/include" "$packages/cublas/include"; do
  [ ${#header[@]} -gt 0 ] || [ ! -f "$folder/cublasLt.h" ] || header=(-DKAIAKU_CUBLASLT_INCLUDE="$folder")
done

echo "Building; log: $log"
CUDACXX=$nvcc cmake -S "$root/native" -B "$build" -DCMAKE_BUILD_TYPE=Release -DKAIAKU_TESTS=ON \
  -DKAIAKU_ONEDNN_DIR="$onednn" ${header[@]+"${header[@]}"} >>"$log" 2>&1 || fail "configuring failed: $(tail -n 3 "$log")"
cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)" >>"$log" 2>&1 || fail "compiling failed: $(tail -n 5 "$log")"

echo "Tests"
tests=$build/tests.txt
ctest --test-dir "$build" -L cuda --output-on-failure 2>&1 | tee "$tests"
tests_passed=${PIPESTATUS[0]}

sanitizer=$(command -v compute-sanitizer || echo "$(dirname "$nvcc")/compute-sanitizer")
if [ -x "$sanitizer" ]; then
  for tool in memcheck racecheck; do
    echo "compute-sanitizer $tool"
    "$sanitizer" --tool "$tool" --error-exitcode 9 "$build/tests/twin_test" gpu 2>&1 | tail -n 3 | tee -a "$tests"
    [ "${PIPESTATUS[0]}" -eq 0 ] || { echo "$tool: FAILED" | tee -a "$tests"; tests_passed=1; }
  done
else
  echo "compute-sanitizer is left out: the toolkit has none" | tee -a "$tests"
fi

benches=$build/bench.jsonl
: >"$benches"
bench() {
  echo "kaiaku-bench $*"
  "$build/bench/kaiaku-bench" "$@" 2>>"$log" | tee -a "$benches" || echo "{\"failed\": \"kaiaku-bench $*\"}" | tee -a "$benches"
}
step() {
  bench step --device 0 --shape qwen3-8b --rank 16 --target-share 1 "$@"
}
echo "Benchmarks"
# With weights in NF4 alone, those of a layer converted once for as long as it is at work: what is called QLoRA.
step --weights nf4 --rows 2 --seq-len 2048 --cached-layers 1 --steps 5
step --weights nf4 --rows 2 --seq-len 2048 --cached-layers 1 --kept-layers 0
# With weights of all layers kept as products read them, beside NF4 and alone.
step --weights nf4 --rows 2 --seq-len 2048 --cached-layers 37
step --weights bf16 --rows 2 --seq-len 2048
# Inside the memory of small cards.
step --weights nf4 --rows 2 --seq-len 2048 --memory-limit 6GiB
step --weights nf4 --rows 1 --seq-len 24576 --memory-limit 11.2GiB --steps 1
# Where the time goes, and how near each operation is to its roof.
step --weights nf4 --rows 2 --seq-len 2048 --cached-layers 1 --steps 1 --profile
bench ops --device 0 --shape qwen3-8b --tokens 4096 --seq-len 2048
echo "Without cuBLASLt"
KAIAKU_CUBLASLT='' step --weights nf4 --rows 2 --seq-len 2048 --cached-layers 1

python=${KAIAKU_BASELINE_PYTHON:-python3}
if "$python" -c 'import torch, peft; assert torch.cuda.is_available()' 2>>"$log"; then
  echo "PEFT, on the same GPU"
  "$python" "$root/native/bench/baselines/peft_gpu.py" 2>>"$log" | tee -a "$benches"
else
  echo "PEFT is left out: $python has no torch with a GPU, or no peft (KAIAKU_BASELINE_PYTHON names another)"
fi

echo
echo "== Summary"
uname -sm
nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader 2>/dev/null || echo "no nvidia-smi"
"$nvcc" --version | tail -n 2 | head -n 1
echo "cuBLASLt: ${KAIAKU_CUBLASLT:-where the library finds one}"
grep -E 'tests passed|tests failed|Skipped|Failed|FAILED|No tests|ERROR SUMMARY|RACECHECK SUMMARY|left out' "$tests" | sort -u
cat "$benches"
exit "$tests_passed"
