// Where a matrix product takes its tiles from: bf16 in memory, or NF4 that is dequantised on the way.
//
// A source is a row-major matrix [rows, cols]; a tile of it lies in shared memory row by row, kPad values
// longer than wide, so that ldmatrix meets no bank conflict. All threads of a block call fetch and then store
// for one tile; what lies outside the matrix is zero.
#pragma once

#include "cuda_device.cuh"
#include "nf4.cuh"

namespace kaiaku::cuda {

constexpr int kPad = 8;
constexpr int kGemmThreads = 256;

// bf16 whose rows start at multiples of 16 bytes and hold a multiple of 8 values.
struct AlignedSource {
  const bf16* data;
  int64_t rows, cols, stride;

  template <int kRows, int kCols>
  struct Tile {
    __device__ void fetch(const AlignedSource& m, int64_t row0, int64_t col0, bf16* tile) {
      constexpr int kChunks = kCols / 8;
      for (int i = threadIdx.x; i < kRows * kChunks; i += kGemmThreads) {
        const int r = i / kChunks;
        const int c = i % kChunks * 8;
        const bool valid = row0 + r < m.rows && col0 + c < m.cols;
        copy_async(tile + r * (kCols + kPad) + c, m.data + (valid ? (row0 + r) * m.stride + col0 + c : 0),
                   valid);
      }
    }
    __device__ void store(const AlignedSource&, bf16*) {}
  };
};

// bf16 of any shape, value by value.
struct AnySource {
  const bf16* data;
  int64_t rows, cols, stride;

  template <int kRows, int kCols>
  struct Tile {
    __device__ void fetch(const AnySource& m, int64_t row0, int64_t col0, bf16* tile) {
      for (int i = threadIdx.x; i < kRows * kCols; i += kGemmThreads) {
        const int r = i / kCols;
        const int c = i % kCols;
        const bool valid = row0 + r < m.rows && col0 + c < m.cols;
        tile[r * (kCols + kPad) + c] =
            valid ? m.data[(row0 + r) * m.stride + col0 + c] : __float2bfloat16(0.0f);
      }
    }
    __device__ void store(const AnySource&, bf16*) {}
  };
};

// NF4 of the usual blocks whose rows hold a multiple of 16 values: each thread keeps runs of 16 in registers
// until store.
struct Nf4Source {
  Nf4Matrix matrix;
  const float2* pairs;  // shared memory: the two codes of each byte

  template <int kRows, int kCols>
  struct Tile {
    static constexpr int kRuns = kRows * kCols / 16;
    static constexpr int kPerThread = (kRuns + kGemmThreads - 1) / kGemmThreads;
    uint2 packed[kPerThread] = {};
    float absmax[kPerThread] = {};

    __device__ void fetch(const Nf4Source& m, int64_t row0, int64_t col0, bf16*) {
#pragma unroll
      for (int n = 0; n < kPerThread; ++n) {
        const int i = threadIdx.x + n * kGemmThreads;
        const int64_t row = row0 + i / (kCols / 16);
        const int64_t col = col0 + i % (kCols / 16) * 16;
        packed[n] = {0, 0};
        absmax[n] = 0;
        if (i >= kRuns || row >= m.matrix.rows || col >= m.matrix.cols) continue;
        const int64_t flat = row * m.matrix.cols + col;
        packed[n] = *reinterpret_cast<const uint2*>(m.matrix.packed + flat / 2);
        absmax[n] = nf4_absmax(m.matrix, flat / kNf4Block, kNf4NestedBlock);
      }
    }

    __device__ void store(const Nf4Source& m, bf16* tile) {
#pragma unroll
      for (int n = 0; n < kPerThread; ++n) {
        const int i = threadIdx.x + n * kGemmThreads;
        if (i >= kRuns) continue;
        bf16* to = tile + i / (kCols / 16) * (kCols + kPad) + i % (kCols / 16) * 16;
        *reinterpret_cast<uint4*>(to) = nf4_eight(packed[n].x, absmax[n], m.pairs);
        *reinterpret_cast<uint4*>(to + 8) = nf4_eight(packed[n].y, absmax[n], m.pairs);
      }
    }
  };
};

}  // namespace kaiaku::cuda
