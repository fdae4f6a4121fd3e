// Causal attention of a tile of queries of one head, keys a tile at a time, with a running maximum and sum
// (Dao, FlashAttention-2, algorithm 1). While one tile is worked on, the next one is on its way to shared
// memory.
#pragma once

#include "attention_tile.cuh"

namespace kaiaku::cuda {

struct AttentionForward {
  const bf16* qkv;  // [T, (H+2K)*E]
  bf16* y;          // [T, H*E]
  float* lse;       // [T, H]
  int64_t qkv_stride, y_stride, lse_stride;
  int n_heads, n_kv_heads, head_dim;
  int64_t window;
  float scale;
  int64_t n_tokens;
  const int32_t* begins;  // [T] first token of each token's sequence
};

// Tiles of 16 queries for each warp: two share what is read of keys and values, where registers suffice.
template <int kE>
constexpr int kQueryTiles = kE > 128 ? 1 : 2;
template <int kE>
constexpr int kQueries = kWarps * kQueryTiles<kE> * 16;
template <int kE>
constexpr int kKeys = kE > 96 ? 32 : 64;

template <int kE>
constexpr size_t kForwardShared = (kQueries<kE> + 2 * kKeys<kE>)*kPitch<kE> * sizeof(bf16);

// One block for kQueries neighbouring tokens, of whatever sequences, and a head.
template <int kE>
__global__ void __launch_bounds__(kAttentionThreads) attention_forward_kernel(AttentionForward p) {
  constexpr int kN = kKeys<kE>, kM = kQueryTiles<kE>;
  bf16* q_tile = dynamic_shared<bf16>();
  bf16* k_tile = q_tile + kQueries<kE> * kPitch<kE>;
  bf16* v_tile = k_tile + kN * kPitch<kE>;

  // The last tokens of a long sequence see the most keys: they go first.
  const int64_t first = int64_t{gridDim.x - 1 - blockIdx.x} * kQueries<kE>;
  const int64_t last = min(first + kQueries<kE>, p.n_tokens) - 1;
  const int head = blockIdx.y;
  const int kv_head = head / (p.n_heads / p.n_kv_heads);
  const auto head_of = [&](int index) {
    return HeadRows<const bf16>{p.qkv + index * p.head_dim, p.qkv_stride, p.head_dim};
  };
  const HeadRows<const bf16> k = head_of(p.n_heads + kv_head);
  const HeadRows<const bf16> v = head_of(p.n_heads + p.n_kv_heads + kv_head);

  // This lane has rows lane/4 and lane/4 + 8 of each tile of its warp.
  const int lane = threadIdx.x % kWarp;
  const int warp_row = threadIdx.x / kWarp * kM * 16;
  const int64_t query0 = first + warp_row + lane / 4;
  int64_t oldest[kM][2];
#pragma unroll
  for (int m = 0; m < kM; ++m) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int64_t query = min(query0 + m * 16 + half * 8, last);
      oldest[m][half] = first_key(query, p.begins[query], p.window);
    }
  }
  const int64_t first_of_first = first_key(first, p.begins[first], p.window);
  const int64_t first_of_last = first_key(last, p.begins[last], p.window);
  const float scale = p.scale * kLog2E;

  fetch_rows<kE>(head_of(head), first, p.n_tokens, kQueries<kE>, q_tile);
  fetch_rows<kE>(k, first_of_first, p.n_tokens, kN, k_tile);
  copy_async_commit();
  fetch_rows<kE>(v, first_of_first, p.n_tokens, kN, v_tile);
  copy_async_commit();
  float sums[kM][kE / 8][4] = {};
  float highest[kM][2], total[kM][2];
#pragma unroll
  for (int m = 0; m < kM; ++m) {
    highest[m][0] = highest[m][1] = -INFINITY;
    total[m][0] = total[m][1] = 0;
  }

  for (int64_t key = first_of_first; key <= last; key += kN) {
    const bool more = key + kN <= last;
    copy_async_wait<1>();
    __syncthreads();
    float scores[kM][kN / 8][4] = {};
    multiply_transposed<kE, kN>(scores, q_tile, warp_row, k_tile);
    __syncthreads();
    if (more) fetch_rows<kE>(k, key + kN, p.n_tokens, kN, k_tile);
    copy_async_commit();

    // Most tiles are seen whole by all queries of the block.
    if (key + kN > first + 1 || key < first_of_last) {
#pragma unroll
      for (int m = 0; m < kM; ++m) {
#pragma unroll
        for (int j = 0; j < kN / 8; ++j) {
#pragma unroll
          for (int i = 0; i < 4; ++i) {
            const int64_t query = query0 + m * 16 + i / 2 * 8;
            const int64_t column = key + j * 8 + lane % 4 * 2 + i % 2;
            if (column > query || column < oldest[m][i / 2]) scores[m][j][i] = -INFINITY;
          }
        }
      }
    }
#pragma unroll
    for (int m = 0; m < kM; ++m) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float tile_max = -INFINITY;
#pragma unroll
        for (int j = 0; j < kN / 8; ++j) {
          tile_max = fmaxf(tile_max, fmaxf(scores[m][j][2 * half], scores[m][j][2 * half + 1]));
        }
        tile_max = fmaxf(tile_max, shuffle_xor(tile_max, 1));
        tile_max = fmaxf(tile_max, shuffle_xor(tile_max, 2));
        const float now = fmaxf(highest[m][half], tile_max * scale);
        // A row that has seen no key yet keeps zeros.
        const float base = now == -INFINITY ? 0.0f : now;
        const float shrink = exp2f(highest[m][half] - base);
        highest[m][half] = now;
        float sum = 0;
#pragma unroll
        for (int j = 0; j < kN / 8; ++j) {
#pragma unroll
          for (int i = 2 * half; i < 2 * half + 2; ++i) {
            scores[m][j][i] = exp2f(scores[m][j][i] * scale - base);
            sum += scores[m][j][i];
          }
        }
        total[m][half] = total[m][half] * shrink + sum;
#pragma unroll
        for (int j = 0; j < kE / 8; ++j) {
          sums[m][j][2 * half] *= shrink;
          sums[m][j][2 * half + 1] *= shrink;
        }
      }
    }
    copy_async_wait<1>();
    __syncthreads();
    multiply_probabilities<kE, kN>(sums, scores, v_tile);
    __syncthreads();
    if (more) fetch_rows<kE>(v, key + kN, p.n_tokens, kN, v_tile);
    copy_async_commit();
  }

#pragma unroll
  for (int m = 0; m < kM; ++m) {
    float inverse[2];
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float sum = total[m][half];
      sum += shuffle_xor(sum, 1);
      sum += shuffle_xor(sum, 2);
      inverse[half] = sum > 0 ? 1.0f / sum : 0.0f;
      const int64_t query = query0 + m * 16 + half * 8;
      if (lane % 4 == 0 && query <= last) {
        p.lse[query * p.lse_stride + head] = highest[m][half] * kLn2 + logf(sum);
      }
    }
    store_rows<kE>({p.y + head * p.head_dim, p.y_stride, p.head_dim}, first + warp_row + m * 16, p.n_tokens,
                   sums[m], inverse);
  }
}

}  // namespace kaiaku::cuda
