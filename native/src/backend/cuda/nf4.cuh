// NF4 with double quantisation, as bitsandbytes lays it out: byte k holds value 2k in its high nibble and
// 2k + 1 in its low one; a block of 64 values shares an absmax, itself 8 bits in blocks of 256.
#pragma once

#include "cuda_device.cuh"

namespace kaiaku::cuda {

// rows * cols values in device memory, as kaiaku::Nf4 has them; the GEMM reads blocks of 64 nested by 256.
struct Nf4Matrix {
  const uint8_t* packed;
  const void* absmax;  // uint8 where nested, else float
  const float* nested;
  const float* codes;  // [16]
  const float* map;    // [256]
  float offset;
  int64_t block_size;
  int64_t nested_block_size;  // 0: not nested
  int64_t rows, cols;
};

// Not contracted, so that values are the processor's.
__device__ inline float nf4_absmax(const Nf4Matrix& m, int64_t block) {
  if (m.nested_block_size == 0) return static_cast<const float*>(m.absmax)[block];
  const uint8_t code = static_cast<const uint8_t*>(m.absmax)[block];
  return multiply_then_add(m.map[code], m.nested[block / m.nested_block_size], m.offset);
}

// pairs [256] in shared memory = the codes of the two nibbles of each byte. Ends with a barrier.
__device__ inline void nf4_fill_pairs(const float* codes, float2* pairs) {
  for (unsigned i = threadIdx.x; i < 256; i += blockDim.x) pairs[i] = {codes[i >> 4], codes[i & 15]};
  __syncthreads();
}

}  // namespace kaiaku::cuda
