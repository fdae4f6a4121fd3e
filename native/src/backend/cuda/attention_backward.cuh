// Gradients of attention in two passes that compute the probabilities P again from the log-sum-exp: one block
// sums over all keys of 64 queries (d_q), another over all queries of 64 keys (d_k, d_v). No sum is shared
// between blocks, so that results don't depend on their order. With dS = P (d_y v^T - delta) scale, delta =
// rowsum(d_y y): d_q = dS k, d_k = dS^T q, d_v = P^T d_y.
#pragma once

#include "attention_forward.cuh"

namespace kaiaku::cuda {

struct AttentionBackward {
  const bf16* qkv;     // [T, (H+2K)*E]
  const bf16* d_y;     // [T, H*E]
  const float* lse;    // [T, H]
  const float* delta;  // [T, H]
  bf16* d_qkv;         // [T, (H+2K)*E]
  int64_t qkv_stride, d_y_stride, lse_stride, d_qkv_stride;
  int n_heads, n_kv_heads, head_dim;
  int64_t window;
  float scale;
  int64_t n_tokens;
  const int32_t* begins;  // [T] first token of each token's sequence
  const int32_t* ends;    // [T] the token after its last
};

// delta [T, H]: one warp for each token and head.
__global__ void attention_delta_kernel(const bf16* y, const bf16* d_y, int64_t y_stride, int64_t d_y_stride,
                                       float* delta, int64_t n_tokens, int n_heads, int head_dim) {
  const int64_t index = (int64_t{blockIdx.x} * blockDim.x + threadIdx.x) / kWarp;
  const int lane = threadIdx.x % kWarp;
  if (index >= n_tokens * n_heads) return;
  const int64_t token = index / n_heads;
  const int64_t column = index % n_heads * head_dim;
  float sum = 0;
  for (int e = lane; e < head_dim; e += kWarp) {
    sum += to_float(y[token * y_stride + column + e]) * to_float(d_y[token * d_y_stride + column + e]);
  }
  sum = warp_sum(sum);
  if (lane == 0) delta[index] = sum;
}

// Queries or keys that pass through shared memory at a time.
template <int kE>
constexpr int kPassing = kE > 128  ? 16
                         : kE > 96 ? 32
                                   : 64;

template <int kE>
constexpr size_t kBackwardShared = (2 * kTileRows + 2 * kPassing<kE>)*kPitch<kE> * sizeof(bf16);

template <int kE>
__global__ void __launch_bounds__(kAttentionThreads) attention_backward_q_kernel(AttentionBackward p) {
  constexpr int kN = kPassing<kE>;
  bf16* q_tile = dynamic_shared<bf16>();
  bf16* d_y_tile = q_tile + kTileRows * kPitch<kE>;
  bf16* k_tile = d_y_tile + kTileRows * kPitch<kE>;
  bf16* v_tile = k_tile + kN * kPitch<kE>;

  const int64_t first = int64_t{gridDim.x - 1 - blockIdx.x} * kTileRows;
  const int64_t last = min(first + kTileRows, p.n_tokens) - 1;
  const int head = blockIdx.y;
  const int kv_head = head / (p.n_heads / p.n_kv_heads);
  const auto head_of = [&](int index) {
    return HeadRows<const bf16>{p.qkv + index * p.head_dim, p.qkv_stride, p.head_dim};
  };
  const HeadRows<const bf16> k = head_of(p.n_heads + kv_head);
  const HeadRows<const bf16> v = head_of(p.n_heads + p.n_kv_heads + kv_head);
  const int lane = threadIdx.x % kWarp;
  const int warp_row = threadIdx.x / kWarp * 16;
  const int64_t query0 = first + warp_row + lane / 4;

  fetch_rows<kE>(head_of(head), first, p.n_tokens, kTileRows, q_tile);
  fetch_rows<kE>({p.d_y + head * p.head_dim, p.d_y_stride, p.head_dim}, first, p.n_tokens, kTileRows,
                 d_y_tile);
  float lse[2], delta[2];
  int64_t begin[2];
  for (int half = 0; half < 2; ++half) {
    const int64_t query = min(query0 + half * 8, last);
    begin[half] = p.begins[query];
    lse[half] = p.lse[query * p.lse_stride + head];
    delta[half] = p.delta[query * p.n_heads + head];
  }
  float sums[kE / 8][4] = {};

  for (int64_t key = first_key(first, p.begins[first], p.window); key <= last; key += kN) {
    fetch_rows<kE>(k, key, p.n_tokens, kN, k_tile);
    fetch_rows<kE>(v, key, p.n_tokens, kN, v_tile);
    copy_async_commit();
    copy_async_wait<0>();
    __syncthreads();
    float scores[kN / 8][4] = {};
    float d_scores[kN / 8][4] = {};
    multiply_transposed<kE, kN>(scores, q_tile, warp_row, k_tile);
    multiply_transposed<kE, kN>(d_scores, d_y_tile, warp_row, v_tile);
#pragma unroll
    for (int j = 0; j < kN / 8; ++j) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int64_t query = query0 + i / 2 * 8;
        const int64_t column = key + j * 8 + lane % 4 * 2 + i % 2;
        const bool seen =
            query <= last && column <= query && column >= first_key(query, begin[i / 2], p.window);
        const float probability = seen ? expf(scores[j][i] * p.scale - lse[i / 2]) : 0.0f;
        scores[j][i] = probability * (d_scores[j][i] - delta[i / 2]) * p.scale;
      }
    }
    multiply_probabilities<kE, kN>(sums, scores, k_tile);
    __syncthreads();
  }
  store_rows<kE>({p.d_qkv + head * p.head_dim, p.d_qkv_stride, p.head_dim}, first + warp_row, p.n_tokens,
                 sums, {1.0f, 1.0f});
}

// grid.y walks the key/value heads; the query heads of each are summed here.
template <int kE>
__global__ void __launch_bounds__(kAttentionThreads) attention_backward_kv_kernel(AttentionBackward p) {
  constexpr int kN = kPassing<kE>;
  bf16* k_tile = dynamic_shared<bf16>();
  bf16* v_tile = k_tile + kTileRows * kPitch<kE>;
  bf16* q_tile = v_tile + kTileRows * kPitch<kE>;
  bf16* d_y_tile = q_tile + kN * kPitch<kE>;

  const int64_t first = int64_t{blockIdx.x} * kTileRows;
  const int64_t last = min(first + kTileRows, p.n_tokens) - 1;
  const int kv_head = blockIdx.y;
  const int group = p.n_heads / p.n_kv_heads;
  const auto head_of = [&](int index) {
    return HeadRows<const bf16>{p.qkv + index * p.head_dim, p.qkv_stride, p.head_dim};
  };
  const int lane = threadIdx.x % kWarp;
  const int warp_row = threadIdx.x / kWarp * 16;
  const int64_t key0 = first + warp_row + lane / 4;
  // The tokens that see a key: from itself to here.
  int64_t end[2];
  for (int half = 0; half < 2; ++half) {
    const int64_t key = key0 + half * 8;
    end[half] = key <= last ? min(int64_t{p.ends[key]}, key + p.window) : 0;
  }
  const int64_t last_end = min(int64_t{p.ends[last]}, last + p.window);

  fetch_rows<kE>(head_of(p.n_heads + kv_head), first, p.n_tokens, kTileRows, k_tile);
  fetch_rows<kE>(head_of(p.n_heads + p.n_kv_heads + kv_head), first, p.n_tokens, kTileRows, v_tile);
  float d_k[kE / 8][4] = {};
  float d_v[kE / 8][4] = {};

  for (int head = kv_head * group; head < (kv_head + 1) * group; ++head) {
    const HeadRows<const bf16> q = head_of(head);
    const HeadRows<const bf16> d_y{p.d_y + head * p.head_dim, p.d_y_stride, p.head_dim};
    for (int64_t query = first; query < last_end; query += kN) {
      fetch_rows<kE>(q, query, p.n_tokens, kN, q_tile);
      fetch_rows<kE>(d_y, query, p.n_tokens, kN, d_y_tile);
      copy_async_commit();
      copy_async_wait<0>();
      __syncthreads();
      // Transposed: 16 keys of this warp by kN queries.
      float scores[kN / 8][4] = {};
      float d_scores[kN / 8][4] = {};
      multiply_transposed<kE, kN>(scores, k_tile, warp_row, q_tile);
      multiply_transposed<kE, kN>(d_scores, v_tile, warp_row, d_y_tile);
#pragma unroll
      for (int j = 0; j < kN / 8; ++j) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          const int64_t key = key0 + i / 2 * 8;
          const int64_t column = query + j * 8 + lane % 4 * 2 + i % 2;
          const bool seen = column >= key && column < end[i / 2];
          const int64_t row = seen ? column : first;
          const float lse = p.lse[row * p.lse_stride + head];
          const float delta = p.delta[row * p.n_heads + head];
          const float probability = seen ? expf(scores[j][i] * p.scale - lse) : 0.0f;
          scores[j][i] = probability;
          d_scores[j][i] = probability * (d_scores[j][i] - delta) * p.scale;
        }
      }
      multiply_probabilities<kE, kN>(d_v, scores, d_y_tile);
      multiply_probabilities<kE, kN>(d_k, d_scores, q_tile);
      __syncthreads();
    }
  }
  const auto to = [&](int index) {
    return HeadRows<bf16>{p.d_qkv + index * p.head_dim, p.d_qkv_stride, p.head_dim};
  };
  store_rows<kE>(to(p.n_heads + kv_head), first + warp_row, p.n_tokens, d_k, {1.0f, 1.0f});
  store_rows<kE>(to(p.n_heads + p.n_kv_heads + kv_head), first + warp_row, p.n_tokens, d_v, {1.0f, 1.0f});
}

}  // namespace kaiaku::cuda
