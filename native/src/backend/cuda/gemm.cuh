// Matrix products on the tensor cores: bf16 in, f32 sums.
#pragma once

#include "numbers.cuh"
#include "tile_source.cuh"

namespace kaiaku::cuda {

// What is done with a sum: y = scale * sum, on top of what y holds where add is set.
template <class Out>
struct GemmOutput {
  Out* data;
  int64_t rows, cols, stride;
  float scale;
  bool add;
  bool in_pairs;  // whether two neighbours can be written at once
};

constexpr int kGemmK = 32;      // depth of a tile
constexpr int kGemmStages = 3;  // tiles in shared memory at once

// A tile of y is kM by kN, a warp's part of it kWarpM by kWarpN; eight warps cover it.
template <int kM_, int kN_, int kWarpM_, int kWarpN_>
struct GemmShape {
  static constexpr int kM = kM_, kN = kN_, kWarpM = kWarpM_, kWarpN = kWarpN_;
  static_assert(kM / kWarpM * (kN / kWarpN) == kGemmThreads / kWarp, "eight warps");
};
using LargeTile = GemmShape<128, 128, 64, 32>;
using SmallTile = GemmShape<64, 64, 16, 32>;

// Values of one stage of an operand whose tile is n rows of y's and kGemmK deep.
template <int n, bool transposed>
constexpr int kStageSize = transposed ? kGemmK * (n + kPad) : n * (kGemmK + kPad);

template <class Shape, bool transpose_a, bool transpose_b>
constexpr size_t kGemmShared =
    kGemmStages * (kStageSize<Shape::kM, transpose_a> + kStageSize<Shape::kN, transpose_b>)*sizeof(bf16);

// The fragment of 16 rows from row on, 16 deep from k on.
template <bool transposed, int kWidth>
__device__ void load_a(uint32_t (&a)[4], const bf16* tile, int row, int k) {
  const int lane = threadIdx.x % kWarp;
  if (transposed) {
    const int depth = k + lane / 16 * 8 + lane % 8;
    load_matrices_transposed(a, tile + depth * (kWidth + kPad) + row + lane / 8 % 2 * 8);
  } else {
    load_matrices(a, tile + (row + lane % 16) * (kGemmK + kPad) + k + lane / 16 * 8);
  }
}

// The fragments of 16 columns of y from col on, 16 deep from k on: two of 8.
template <bool transposed, int kWidth>
__device__ void load_b(uint32_t (&b)[2][2], const bf16* tile, int col, int k) {
  const int lane = threadIdx.x % kWarp;
  uint32_t r[4];
  if (transposed) {
    const int depth = k + lane / 8 % 2 * 8 + lane % 8;
    load_matrices_transposed(r, tile + depth * (kWidth + kPad) + col + lane / 16 * 8);
  } else {
    load_matrices(r, tile + (col + lane / 16 * 8 + lane % 8) * (kGemmK + kPad) + k + lane / 8 % 2 * 8);
  }
  b[0][0] = r[0], b[0][1] = r[1], b[1][0] = r[2], b[1][1] = r[3];
}

// Sources that look codes up need their table in shared memory first.
template <class Source>
__device__ void prepare(Source&) {}
__device__ inline void prepare(Nf4Source& source) {
  __shared__ float2 pairs[256];
  nf4_fill_pairs(source.matrix.codes, pairs);
  source.pairs = pairs;
}

// y [M, N] from a, [M, K] or with transpose_a [K, M], and b, [N, K] or with transpose_b [K, N]. grid.x walks
// the tiles of M first, so that blocks that run together share b.
template <class Shape, bool transpose_a, bool transpose_b, class A, class B, class Out>
__global__ void __launch_bounds__(kGemmThreads, 2) gemm_kernel(A a, B b, GemmOutput<Out> y, int64_t depth) {
  constexpr int kM = Shape::kM, kN = Shape::kN;
  constexpr int kTilesM = Shape::kWarpM / 16, kTilesN = Shape::kWarpN / 8;
  constexpr int kStageA = kStageSize<kM, transpose_a>, kStageB = kStageSize<kN, transpose_b>;
  using TileA = typename A::template Tile<transpose_a ? kGemmK : kM, transpose_a ? kM : kGemmK>;
  using TileB = typename B::template Tile<transpose_b ? kGemmK : kN, transpose_b ? kN : kGemmK>;

  bf16* stages_a = dynamic_shared<bf16>();
  bf16* stages_b = stages_a + kGemmStages * kStageA;
  prepare(b);
  const int64_t row0 = int64_t{blockIdx.x} * kM;
  const int64_t col0 = int64_t{blockIdx.y} * kN;
  const int warp = threadIdx.x / kWarp;
  const int warp_row = warp % (kM / Shape::kWarpM) * Shape::kWarpM;
  const int warp_col = warp / (kM / Shape::kWarpM) * Shape::kWarpN;
  const int n_steps = static_cast<int>((depth + kGemmK - 1) / kGemmK);

  float sums[kTilesM][kTilesN][4] = {};
  TileA tile_a;
  TileB tile_b;
  const auto fetch = [&](int step) {
    const int64_t k = int64_t{step} * kGemmK;
    bf16* to_a = stages_a + step % kGemmStages * kStageA;
    bf16* to_b = stages_b + step % kGemmStages * kStageB;
    tile_a.fetch(a, transpose_a ? k : row0, transpose_a ? row0 : k, to_a);
    tile_b.fetch(b, transpose_b ? k : col0, transpose_b ? col0 : k, to_b);
  };
  const auto store = [&](int step) {
    tile_a.store(a, stages_a + step % kGemmStages * kStageA);
    tile_b.store(b, stages_b + step % kGemmStages * kStageB);
  };

  for (int step = 0; step < kGemmStages - 1; ++step) {
    if (step < n_steps) {
      fetch(step);
      store(step);
    }
    copy_async_commit();
  }
  for (int step = 0; step < n_steps; ++step) {
    copy_async_wait<kGemmStages - 2>();
    __syncthreads();
    const int ahead = step + kGemmStages - 1;
    if (ahead < n_steps) fetch(ahead);
    copy_async_commit();

    const bf16* from_a = stages_a + step % kGemmStages * kStageA;
    const bf16* from_b = stages_b + step % kGemmStages * kStageB;
#pragma unroll
    for (int k = 0; k < kGemmK; k += 16) {
      uint32_t fragments_b[kTilesN / 2][2][2];
#pragma unroll
      for (int j = 0; j < kTilesN / 2; ++j) {
        load_b<transpose_b, kN>(fragments_b[j], from_b, warp_col + j * 16, k);
      }
#pragma unroll
      for (int i = 0; i < kTilesM; ++i) {
        uint32_t fragment_a[4];
        load_a<transpose_a, kM>(fragment_a, from_a, warp_row + i * 16, k);
#pragma unroll
        for (int j = 0; j < kTilesN; ++j) mma(sums[i][j], fragment_a, fragments_b[j / 2][j % 2]);
      }
    }
    if (ahead < n_steps) store(ahead);
  }

  const int lane = threadIdx.x % kWarp;
#pragma unroll
  for (int i = 0; i < kTilesM; ++i) {
#pragma unroll
    for (int j = 0; j < kTilesN; ++j) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int64_t row = row0 + warp_row + i * 16 + lane / 4 + half * 8;
        const int64_t col = col0 + warp_col + j * 8 + lane % 4 * 2;
        if (row >= y.rows || col >= y.cols) continue;
        Out* to = y.data + row * y.stride + col;
        const bool both = col + 1 < y.cols;
        float value[2] = {sums[i][j][2 * half] * y.scale, sums[i][j][2 * half + 1] * y.scale};
        if (both && y.in_pairs) {
          float before[2] = {};
          if (y.add) load_two(to, before);
          store_two(to, value[0] + before[0], value[1] + before[1]);
          continue;
        }
        for (int v = 0; v < (both ? 2 : 1); ++v) set(to + v, y.add ? value[v] + to_float(to[v]) : value[v]);
      }
    }
  }
}

}  // namespace kaiaku::cuda
