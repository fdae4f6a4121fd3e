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

// Two and eight neighbours at a time, from and to addresses that are multiples of their size.
__device__ inline void load_two(const float* from, float (&v)[2]) {
  const float2 two = *reinterpret_cast<const float2*>(from);
  v[0] = two.x, v[1] = two.y;
}
__device__ inline void load_two(const bf16* from, float (&v)[2]) {
  unpack(*reinterpret_cast<const uint32_t*>(from), v[0], v[1]);
}
__device__ inline void store_two(float* to, float low, float high) {
  *reinterpret_cast<float2*>(to) = {low, high};
}
__device__ inline void store_two(bf16* to, float low, float high) {
  *reinterpret_cast<uint32_t*>(to) = pack(low, high);
}

__device__ inline void load_eight(const float* from, float (&v)[8]) {
  const auto* fours = reinterpret_cast<const float4*>(from);
  const float4 a = fours[0], b = fours[1];
  v[0] = a.x, v[1] = a.y, v[2] = a.z, v[3] = a.w;
  v[4] = b.x, v[5] = b.y, v[6] = b.z, v[7] = b.w;
}
__device__ inline void load_eight(const bf16* from, float (&v)[8]) {
  const uint4 pairs = *reinterpret_cast<const uint4*>(from);
  unpack(pairs.x, v[0], v[1]);
  unpack(pairs.y, v[2], v[3]);
  unpack(pairs.z, v[4], v[5]);
  unpack(pairs.w, v[6], v[7]);
}
__device__ inline void store_eight(float* to, const float (&v)[8]) {
  auto* fours = reinterpret_cast<float4*>(to);
  fours[0] = {v[0], v[1], v[2], v[3]};
  fours[1] = {v[4], v[5], v[6], v[7]};
}
__device__ inline void store_eight(bf16* to, const float (&v)[8]) {
  *reinterpret_cast<uint4*>(to) = {pack(v[0], v[1]), pack(v[2], v[3]), pack(v[4], v[5]), pack(v[6], v[7])};
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

// The same, eight columns at a time; cols is a multiple of eight.
template <class Body>
__device__ void each_eight_columns(int64_t cols, const Body& body) {
  const int64_t first = blockIdx.y * kRowStretch;
  const int64_t end = min(first + kRowStretch, cols);
  for (int64_t i = first + threadIdx.x * 8; i < end; i += kRowThreads * 8) body(i);
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
