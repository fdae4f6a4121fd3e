#!/usr/bin/env bash
# Installs a CUDA 13.0 toolkit (nvcc, headers, static cudart, cuBLASLt; 840 MB) from Python wheels.
#
#   cmake/install-cuda.sh DIR
#
# Then build with CUDACXX=DIR/bin/nvcc. Compiling needs no GPU and no driver.
set -euo pipefail

case "${1:-}" in
  -h | --help | '')
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    [ -n "${1:-}" ] && exit 0 || exit 2
    ;;
esac
dir=$1

if [ -x "$dir/bin/nvcc" ]; then
  echo "$dir has a toolkit already: $("$dir/bin/nvcc" --version | tail -n 1)"
  exit 0
fi

mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$work"' EXIT
PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --no-deps --target "$work" \
  nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-runtime==13.0.96 \
  nvidia-cuda-cccl==13.0.85 nvidia-cublas==13.0.2.14
toolkit=$work/nvidia/cu13
chmod +x "$toolkit"/bin/* "$toolkit"/nvvm/bin/*

# The names that compilers and linkers look for.
ln -sfn lib "$toolkit/lib64"
for library in cudart cublas cublasLt; do
  ln -sf "lib$library.so.13" "$toolkit/lib/lib$library.so"
done
mv "$toolkit" "$dir"
"$dir/bin/nvcc" --version | tail -n 1
