// Attention of a few queries on many keys: one block for each query and head, its warps take keys in turn and
// join their running maxima and sums at the end.
#include <algorithm>

#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

constexpr int kWarps = 4;
constexpr int kMaxHeadDim = 256;
constexpr int kPerLane = kMaxHeadDim / kWarp;
constexpr int kSequences = 32;  // that one launch serves

struct Sequences {
  const bf16* kv[kSequences];
  int64_t stride[kSequences];
  int32_t n_before[kSequences];
  int32_t first_row[kSequences + 1];
  int n;
};

struct Shape {
  int n_heads, n_kv_heads, head_dim;
  int64_t window;
  float scale;
};

__global__ void cached_kernel(Shape shape, Sequences sequences, Rows<const bf16> qkv, Rows<bf16> y) {
  __shared__ float maxima[kWarps];
  __shared__ float totals[kWarps];
  __shared__ float sums_of[kWarps][kMaxHeadDim];
  const int64_t row = int64_t{blockIdx.x} + sequences.first_row[0];
  int s = 0;
  while (row >= sequences.first_row[s + 1]) ++s;
  const int head = blockIdx.y;
  const int kv_head = head / (shape.n_heads / shape.n_kv_heads);
  const int lane = threadIdx.x % kWarp;
  const int warp = threadIdx.x / kWarp;
  const Rows<const bf16> kv{sequences.kv[s], sequences.stride[s]};
  const int64_t end = sequences.n_before[s] + row - sequences.first_row[s] + 1;
  const int64_t begin = end > shape.window ? end - shape.window : 0;

  float q[kPerLane], sums[kPerLane];
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) {
    const int c = i * kWarp + lane;
    q[i] = c < shape.head_dim ? to_float(qkv.row(row)[head * shape.head_dim + c]) * shape.scale : 0.0f;
    sums[i] = 0;
  }
  float highest = -INFINITY;
  float total = 0;
  for (int64_t key = begin + warp; key < end; key += kWarps) {
    const bf16* k = kv.row(key) + kv_head * shape.head_dim;
    const bf16* v = k + shape.n_kv_heads * shape.head_dim;
    float score = 0;
#pragma unroll
    for (int i = 0; i < kPerLane; ++i) {
      const int c = i * kWarp + lane;
      if (c < shape.head_dim) score += q[i] * to_float(k[c]);
    }
    score = warp_sum(score);
    const float now = fmaxf(highest, score);
    const float shrink = expf(highest - now);
    const float probability = expf(score - now);
    total = total * shrink + probability;
    highest = now;
#pragma unroll
    for (int i = 0; i < kPerLane; ++i) {
      const int c = i * kWarp + lane;
      if (c < shape.head_dim) sums[i] = sums[i] * shrink + probability * to_float(v[c]);
    }
  }
  if (lane == 0) {
    maxima[warp] = highest;
    totals[warp] = total;
  }
#pragma unroll
  for (int i = 0; i < kPerLane; ++i) sums_of[warp][i * kWarp + lane] = sums[i];
  __syncthreads();

  float block_highest = -INFINITY;
  for (int w = 0; w < kWarps; ++w) block_highest = fmaxf(block_highest, maxima[w]);
  float block_total = 0;
  for (int w = 0; w < kWarps; ++w) block_total += totals[w] * expf(maxima[w] - block_highest);
  for (int c = threadIdx.x; c < shape.head_dim; c += kWarps * kWarp) {
    float value = 0;
    for (int w = 0; w < kWarps; ++w) value += sums_of[w][c] * expf(maxima[w] - block_highest);
    set(y.row(row) + head * shape.head_dim + c, value / block_total);
  }
}

}  // namespace

void CudaBackend::attention_cached(const AttentionShape& shape, const CachedSequence* cached, ConstTensor qkv,
                                   Tensor y) {
  const Shape sizes{static_cast<int>(shape.n_heads), static_cast<int>(shape.n_kv_heads),
                    static_cast<int>(shape.head_dim), shape.window, shape.scale};
  for (int64_t first = 0; first < shape.n_sequences; first += kSequences) {
    Sequences sequences{};
    sequences.n = static_cast<int>(std::min<int64_t>(kSequences, shape.n_sequences - first));
    for (int i = 0; i < sequences.n; ++i) {
      const CachedSequence& sequence = cached[first + i];
      sequences.kv[i] = reinterpret_cast<const bf16*>(sequence.kv.data);
      sequences.stride[i] = sequence.kv.stride;
      sequences.n_before[i] = static_cast<int32_t>(sequence.n_before);
    }
    std::copy_n(shape.cu_seqlens + first, sequences.n + 1, sequences.first_row);
    const int32_t rows = sequences.first_row[sequences.n] - sequences.first_row[0];
    const dim3 grid(static_cast<unsigned>(rows), static_cast<unsigned>(shape.n_heads));
    launch("attention_cached", cached_kernel, grid, kWarps * kWarp, 0, stream(), sizes, sequences,
           rows_of(qkv.as<Bf16>()), rows_of(y.as<Bf16>()));
  }
}

}  // namespace kaiaku::cuda
