// Reading and writing f32 and bf16 alike, walking rows, and sums over a block.
#pragma once

#include "cuda_device.cuh"

namespace kaiaku::cuda {

__device__ inline float to_float(float value) {
  return value;
}
__device__ inline float to_float(bf16 value) {
  return __bfloat162float(value);
}
__device__ inline void set(float* to, float value) {
  *to = value;
}
__device__ inline void set(bf16* to, float value) {
  *to = __float2bfloat16(value);
}

// Blocks walk matrices row by row: blockIdx.x is the row, blockIdx.y a stretch of its columns.
constexpr int kRowThreads = 256;
constexpr int64_t kRowStretch = 8 * kRowThreads;

inline dim3 row_grid(int64_t rows, int64_t cols) {
  return {static_cast<unsigned>(rows), static_cast<unsigned>((cols + kRowStretch - 1) / kRowStretch)};
}

// Calls body with each of this thread's columns of cols.
template <class Body>
__device__ void each_column(int64_t cols, const Body& body) {
  const int64_t first = blockIdx.y * kRowStretch;
  const int64_t end = min(first + kRowStretch, cols);
  for (int64_t i = first + threadIdx.x; i < end; i += kRowThreads) body(i);
}

__device__ inline float warp_sum(float value) {
  for (int mask = kWarp / 2; mask > 0; mask /= 2) value += shuffle_xor(value, mask);
  return value;
}

__device__ inline float warp_max(float value) {
  for (int mask = kWarp / 2; mask > 0; mask /= 2) value = fmaxf(value, shuffle_xor(value, mask));
  return value;
}

// Every thread gets combine over the block; at most 1024 threads, a multiple of 32. Two calls may follow each
// other.
template <class Combine>
__device__ float block_reduce(float value, float neutral, const Combine& combine) {
  __shared__ float of_warp[kWarp];
  const int lane = threadIdx.x % kWarp;
  for (int mask = kWarp / 2; mask > 0; mask /= 2) value = combine(value, shuffle_xor(value, mask));
  __syncthreads();
  if (lane == 0) of_warp[threadIdx.x / kWarp] = value;
  __syncthreads();
  value = lane < static_cast<int>(blockDim.x / kWarp) ? of_warp[lane] : neutral;
  for (int mask = kWarp / 2; mask > 0; mask /= 2) value = combine(value, shuffle_xor(value, mask));
  return value;
}

__device__ inline float block_sum(float value) {
  return block_reduce(value, 0.0f, [](float a, float b) { return a + b; });
}

__device__ inline float block_max(float value) {
  return block_reduce(value, -INFINITY, [](float a, float b) { return fmaxf(a, b); });
}

}  // namespace kaiaku::cuda
