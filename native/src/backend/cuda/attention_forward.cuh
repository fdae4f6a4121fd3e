// Causal attention of 64 queries of one head, keys in tiles of 64 (32 for long heads), with a running maximum
// and sum (Dao, FlashAttention-2, algorithm 1).
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

template <int kE>
constexpr int kKeys = kE > 128 ? 32 : 64;

template <int kE>
constexpr size_t kForwardShared = (kTileRows + 2 * kKeys<kE>)*kPitch<kE> * sizeof(bf16);

// One block for 64 neighbouring tokens, of whatever sequences, and a head.
template <int kE>
__global__ void __launch_bounds__(kAttentionThreads) attention_forward_kernel(AttentionForward p) {
  constexpr int kN = kKeys<kE>;
  bf16* q_tile = dynamic_shared<bf16>();
  bf16* k_tile = q_tile + kTileRows * kPitch<kE>;
  bf16* v_tile = k_tile + kN * kPitch<kE>;

  // The last tokens of a long sequence see the most keys: they go first.
  const int64_t first = int64_t{gridDim.x - 1 - blockIdx.x} * kTileRows;
  const int64_t last = min(first + kTileRows, p.n_tokens) - 1;
  const int head = blockIdx.y;
  const int kv_head = head / (p.n_heads / p.n_kv_heads);
  const auto head_of = [&](int index) {
    return HeadRows<const bf16>{p.qkv + index * p.head_dim, p.qkv_stride, p.head_dim};
  };
  const HeadRows<const bf16> q = head_of(head);
  const HeadRows<const bf16> k = head_of(p.n_heads + kv_head);
  const HeadRows<const bf16> v = head_of(p.n_heads + p.n_kv_heads + kv_head);

  const int lane = threadIdx.x % kWarp;
  const int warp_row = threadIdx.x / kWarp * 16;
  const int64_t query0 = first + warp_row + lane / 4;  // of this lane's first row; the second is 8 on
  const int64_t begin[2] = {p.begins[min(query0, last)], p.begins[min(query0 + 8, last)]};

  fetch_rows<kE>(q, first, p.n_tokens, kTileRows, q_tile);
  float sums[kE / 8][4] = {};
  float highest[2] = {-INFINITY, -INFINITY};
  float total[2] = {0, 0};

  for (int64_t key = first_key(first, p.begins[first], p.window); key <= last; key += kN) {
    fetch_rows<kE>(k, key, p.n_tokens, kN, k_tile);
    fetch_rows<kE>(v, key, p.n_tokens, kN, v_tile);
    copy_async_commit();
    copy_async_wait<0>();
    __syncthreads();

    float scores[kN / 8][4] = {};
    multiply_transposed<kE, kN>(scores, q_tile, warp_row, k_tile);
    float tile_max[2] = {-INFINITY, -INFINITY};
#pragma unroll
    for (int j = 0; j < kN / 8; ++j) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int64_t query = query0 + i / 2 * 8;
        const int64_t column = key + j * 8 + lane % 4 * 2 + i % 2;
        const bool seen = column <= query && column >= first_key(query, begin[i / 2], p.window);
        scores[j][i] = seen ? scores[j][i] * p.scale : -INFINITY;
        tile_max[i / 2] = fmaxf(tile_max[i / 2], scores[j][i]);
      }
    }
    float shrink[2];
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      tile_max[half] = fmaxf(tile_max[half], shuffle_xor(tile_max[half], 1));
      tile_max[half] = fmaxf(tile_max[half], shuffle_xor(tile_max[half], 2));
      const float now = fmaxf(highest[half], tile_max[half]);
      // A row that has seen no key yet keeps zeros.
      shrink[half] = now == -INFINITY ? 1.0f : expf(highest[half] - now);
      highest[half] = now;
      total[half] *= shrink[half];
    }
#pragma unroll
    for (int j = 0; j < kN / 8; ++j) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        scores[j][i] = scores[j][i] == -INFINITY ? 0.0f : expf(scores[j][i] - highest[i / 2]);
        total[i / 2] += scores[j][i];
      }
    }
#pragma unroll
    for (int j = 0; j < kE / 8; ++j) {
#pragma unroll
      for (int i = 0; i < 4; ++i) sums[j][i] *= shrink[i / 2];
    }
    multiply_probabilities<kE, kN>(sums, scores, v_tile);
    __syncthreads();
  }

  float inverse[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    total[half] += shuffle_xor(total[half], 1);
    total[half] += shuffle_xor(total[half], 2);
    inverse[half] = total[half] > 0 ? 1.0f / total[half] : 0.0f;
    const int64_t query = query0 + half * 8;
    if (lane % 4 == 0 && query <= last) {
      p.lse[query * p.lse_stride + head] = highest[half] + logf(total[half]);
    }
  }
  store_rows<kE>({p.y + head * p.head_dim, p.y_stride, p.head_dim}, first + warp_row, p.n_tokens, sums,
                 inverse);
}

}  // namespace kaiaku::cuda
