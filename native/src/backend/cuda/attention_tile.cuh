// Pieces that attention forward and backward share: tiles of heads in shared memory, and products of a warp's
// 16 rows with them.
//
// kE is the head dimension rounded up to one that the kernels are made for; what is beyond the real one is
// zero. Tiles lie row by row, kE + 8 values apart.
#pragma once

#include "numbers.cuh"

namespace kaiaku::cuda {

constexpr int kAttentionThreads = 128;  // four warps
constexpr int kWarps = kAttentionThreads / kWarp;

// Exponentials are taken to the base of 2, which the GPU has an instruction for.
constexpr float kLog2E = 1.44269504f;
constexpr float kLn2 = 0.693147181f;

template <int kE>
constexpr int kPitch = kE + 8;

// One head of a [T, …] matrix: row t starts at data + t * stride.
template <class T>
struct HeadRows {
  T* data;
  int64_t stride;
  int head_dim;
};

// Starts the copy of rows [first, first + n) of a head into a tile; rows from end on are zero.
template <int kE>
__device__ void fetch_rows(const HeadRows<const bf16>& head, int64_t first, int64_t end, int n, bf16* tile) {
  constexpr int kChunks = kE / 8;
  for (int i = threadIdx.x; i < n * kChunks; i += kAttentionThreads) {
    const int r = i / kChunks;
    const int c = i % kChunks * 8;
    const bool valid = first + r < end && c < head.head_dim;
    copy_async(tile + r * kPitch<kE> + c, head.data + (valid ? (first + r) * head.stride + c : 0), valid);
  }
}

// sums [kM * 16, kN] += rows [row, row + kM * 16) of a [·, kE] times the rows of b [kN, kE] transposed.
template <int kE, int kN, int kM>
__device__ void multiply_transposed(float (&sums)[kM][kN / 8][4], const bf16* a, int row, const bf16* b) {
  const int lane = threadIdx.x % kWarp;
#pragma unroll
  for (int k = 0; k < kE; k += 16) {
    uint32_t fragments_a[kM][4];
#pragma unroll
    for (int m = 0; m < kM; ++m) {
      load_matrices(fragments_a[m], a + (row + m * 16 + lane % 16) * kPitch<kE> + k + lane / 16 * 8);
    }
#pragma unroll
    for (int j = 0; j < kN / 16; ++j) {
      uint32_t r[4];
      load_matrices(r, b + (j * 16 + lane / 16 * 8 + lane % 8) * kPitch<kE> + k + lane / 8 % 2 * 8);
      const uint32_t low[2] = {r[0], r[1]}, high[2] = {r[2], r[3]};
#pragma unroll
      for (int m = 0; m < kM; ++m) {
        mma(sums[m][2 * j], fragments_a[m], low);
        mma(sums[m][2 * j + 1], fragments_a[m], high);
      }
    }
  }
}

// The operand that multiply_transposed makes of rows [row, row + 16), for reuse.
template <int kE>
__device__ void load_rows(uint32_t (&fragments)[kE / 16][4], const bf16* a, int row) {
  const int lane = threadIdx.x % kWarp;
#pragma unroll
  for (int k = 0; k < kE / 16; ++k) {
    load_matrices(fragments[k], a + (row + lane % 16) * kPitch<kE> + k * 16 + lane / 16 * 8);
  }
}

// multiply_transposed with such an operand.
template <int kE, int kN>
__device__ void multiply_transposed(float (&sums)[1][kN / 8][4], const uint32_t (&a)[kE / 16][4],
                                    const bf16* b) {
  const int lane = threadIdx.x % kWarp;
#pragma unroll
  for (int k = 0; k < kE / 16; ++k) {
#pragma unroll
    for (int j = 0; j < kN / 16; ++j) {
      uint32_t r[4];
      load_matrices(r, b + (j * 16 + lane / 16 * 8 + lane % 8) * kPitch<kE> + k * 16 + lane / 8 % 2 * 8);
      const uint32_t low[2] = {r[0], r[1]}, high[2] = {r[2], r[3]};
      mma(sums[0][2 * j], a[k], low);
      mma(sums[0][2 * j + 1], a[k], high);
    }
  }
}

// sums [kM * 16, kE] += p [kM * 16, kN], which the warp holds as results of mma, times b [kN, kE].
template <int kE, int kN, int kM>
__device__ void multiply_probabilities(float (&sums)[kM][kE / 8][4], const float (&p)[kM][kN / 8][4],
                                       const bf16* b) {
  const int lane = threadIdx.x % kWarp;
#pragma unroll
  for (int k = 0; k < kN / 16; ++k) {
    // The results of two neighbouring 8-column products are one 16-deep operand.
    uint32_t fragments_a[kM][4];
#pragma unroll
    for (int m = 0; m < kM; ++m) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        fragments_a[m][i] = pack(p[m][2 * k + i / 2][i % 2 * 2], p[m][2 * k + i / 2][i % 2 * 2 + 1]);
      }
    }
#pragma unroll
    for (int j = 0; j < kE / 16; ++j) {
      uint32_t r[4];
      load_matrices_transposed(
          r, b + (k * 16 + lane / 8 % 2 * 8 + lane % 8) * kPitch<kE> + j * 16 + lane / 16 * 8);
      const uint32_t low[2] = {r[0], r[1]}, high[2] = {r[2], r[3]};
#pragma unroll
      for (int m = 0; m < kM; ++m) {
        mma(sums[m][2 * j], fragments_a[m], low);
        mma(sums[m][2 * j + 1], fragments_a[m], high);
      }
    }
  }
}

// First key that a query may see whose sequence starts at begin, in a window of that many tokens.
__device__ inline int64_t first_key(int64_t query, int64_t begin, int64_t window) {
  const int64_t oldest = query - window + 1;
  return oldest > begin ? oldest : begin;
}

// Writes 16 rows [row, row + 16) of a head, each sum multiplied by its row's factor.
template <int kE>
__device__ void store_rows(const HeadRows<bf16>& head, int64_t row, int64_t end,
                           const float (&sums)[kE / 8][4], const float (&factor)[2]) {
  const int lane = threadIdx.x % kWarp;
#pragma unroll
  for (int j = 0; j < kE / 8; ++j) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int64_t r = row + lane / 4 + half * 8;
      const int c = j * 8 + lane % 4 * 2;
      if (r >= end || c >= head.head_dim) continue;
      *reinterpret_cast<uint32_t*>(head.data + r * head.stride + c) =
          pack(sums[j][2 * half] * factor[half], sums[j][2 * half + 1] * factor[half]);
    }
  }
}

}  // namespace kaiaku::cuda
