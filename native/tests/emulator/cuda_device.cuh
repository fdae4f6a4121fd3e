// Twin of src/backend/cuda/device/cuda_device.cuh: the warp's lanes are fibers that meet in memory.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cmath>

namespace kaiaku::cuda {

using bf16 = __nv_bfloat16;

constexpr int kWarp = 32;
constexpr unsigned kAllLanes = 0xffffffffu;

void* emulated_shared();

template <class T>
T* dynamic_shared() {
  return static_cast<T*>(emulated_shared());
}

float multiply_then_add(float a, float b, float c);
float shuffle_xor(float value, int mask);

inline uint32_t pack(float low, float high) {
  return __float2bfloat16(low).bits | static_cast<uint32_t>(__float2bfloat16(high).bits) << 16;
}

inline void unpack(uint32_t pair, float& low, float& high) {
  low = __bfloat162float({static_cast<uint16_t>(pair)});
  high = __bfloat162float({static_cast<uint16_t>(pair >> 16)});
}

void mma(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]);
void load_matrices(uint32_t (&r)[4], const bf16* row);
void load_matrices_transposed(uint32_t (&r)[4], const bf16* row);

// Copies happen when they are waited for, so that a missing wait shows.
void copy_async(void* shared, const void* global, bool valid);
void copy_async_commit();
void copy_async_wait_for(int groups);

template <int n>
void copy_async_wait() {
  copy_async_wait_for(n);
}

}  // namespace kaiaku::cuda
