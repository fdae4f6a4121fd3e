// NF4 with double quantisation, as bitsandbytes lays it out: byte k holds value 2k in its high nibble and
// 2k + 1 in its low one; a block of 64 values shares an absmax, itself 8 bits in blocks of 256.
#pragma once

#include "backend/stored.h"
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

inline Nf4Matrix nf4_matrix(const StoredMatrix& matrix) {
  const Nf4& nf4 = *matrix.nf4;
  return {nf4.packed,        nf4.absmax,     nf4.nested_absmax,     nf4.quant_map, nf4.nested_quant_map,
          nf4.nested_offset, nf4.block_size, nf4.nested_block_size, matrix.rows,   matrix.cols};
}

// Not contracted, so that values are the processor's. Sizes that are known when the kernel is compiled spare
// it divisions.
template <class Size>
__device__ float nf4_absmax(const Nf4Matrix& m, int64_t block, Size nested_block_size) {
  const uint8_t code = static_cast<const uint8_t*>(m.absmax)[block];
  return multiply_then_add(m.map[code], m.nested[block / nested_block_size], m.offset);
}

__device__ inline float nf4_absmax(const Nf4Matrix& m, int64_t block) {
  if (m.nested_block_size == 0) return static_cast<const float*>(m.absmax)[block];
  return nf4_absmax(m, block, m.nested_block_size);
}

// Those that we make, and every checkpoint with double quantisation has.
inline bool has_usual_blocks(const Nf4Matrix& m) {
  return m.block_size == kNf4Block && m.nested_block_size == kNf4NestedBlock;
}

// pairs [256] in shared memory = the codes of the two nibbles of each byte. Ends with a barrier.
__device__ inline void nf4_fill_pairs(const float* codes, float2* pairs) {
  for (unsigned i = threadIdx.x; i < 256; i += blockDim.x) pairs[i] = {codes[i >> 4], codes[i & 15]};
  __syncthreads();
}

// The eight values of four bytes.
__device__ inline uint4 nf4_eight(uint32_t packed, float absmax, const float2* pairs) {
  uint32_t values[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float2 codes = pairs[packed >> (i * 8) & 255];
    values[i] = pack(codes.x * absmax, codes.y * absmax);
  }
  return {values[0], values[1], values[2], values[3]};
}

}  // namespace kaiaku::cuda
