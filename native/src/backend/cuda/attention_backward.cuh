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

// Rows of the block's own tile, 16 for each warp, and of the tiles that pass through shared memory.
constexpr int kOwnRows = kWarps * 16;
template <int kE>
constexpr int kPassing = kE > 128  ? 16
                         : kE > 96 ? 32
                                   : 64;

// The statistics of passing queries lie behind the tiles.
template <int kE>
constexpr size_t kBackwardShared =
    (2 * kOwnRows + 2 * kPassing<kE>)*kPitch<kE> * sizeof(bf16) + 2 * kPassing<kE> * sizeof(float);

template <int kE>
__global__ void __launch_bounds__(kAttentionThreads) attention_backward_q_kernel(AttentionBackward p) {
  constexpr int kN = kPassing<kE>;
  bf16* q_tile = dynamic_shared<bf16>();
  bf16* d_y_tile = q_tile + kOwnRows * kPitch<kE>;
  bf16* k_tile = d_y_tile + kOwnRows * kPitch<kE>;
  bf16* v_tile = k_tile + kN * kPitch<kE>;

  const int64_t first = int64_t{gridDim.x - 1 - blockIdx.x} * kOwnRows;
  const int64_t last = min(first + kOwnRows, p.n_tokens) - 1;
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
  const int64_t first_of_first = first_key(first, p.begins[first], p.window);
  const int64_t first_of_last = first_key(last, p.begins[last], p.window);
  const float scale = p.scale * kLog2E;

  fetch_rows<kE>(head_of(head), first, p.n_tokens, kOwnRows, q_tile);
  fetch_rows<kE>({p.d_y + head * p.head_dim, p.d_y_stride, p.head_dim}, first, p.n_tokens, kOwnRows,
                 d_y_tile);
  fetch_rows<kE>(v, first_of_first, p.n_tokens, kN, v_tile);
  copy_async_commit();
  fetch_rows<kE>(k, first_of_first, p.n_tokens, kN, k_tile);
  copy_async_commit();
  float lse[2], delta[2];
  int64_t oldest[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int64_t query = min(query0 + half * 8, last);
    oldest[half] = first_key(query, p.begins[query], p.window);
    lse[half] = p.lse[query * p.lse_stride + head] * kLog2E;
    delta[half] = p.delta[query * p.n_heads + head];
  }
  float sums[1][kE / 8][4] = {};
  // The queries of this warp stay in registers where those suffice.
  constexpr bool kHeld = kE <= 128;
  uint32_t q_held[kHeld ? kE / 16 : 1][4], d_y_held[kHeld ? kE / 16 : 1][4];
  copy_async_wait<1>();
  __syncthreads();
  if constexpr (kHeld) {
    load_rows<kE>(q_held, q_tile, warp_row);
    load_rows<kE>(d_y_held, d_y_tile, warp_row);
  }

  for (int64_t key = first_of_first; key <= last; key += kN) {
    const bool more = key + kN <= last;
    float scores[1][kN / 8][4] = {};
    float d_scores[1][kN / 8][4] = {};
    copy_async_wait<1>();
    __syncthreads();
    if constexpr (kHeld) {
      multiply_transposed<kE, kN>(d_scores, d_y_held, v_tile);
    } else {
      multiply_transposed<kE, kN>(d_scores, d_y_tile, warp_row, v_tile);
    }
    copy_async_wait<0>();
    __syncthreads();
    if (more) fetch_rows<kE>(v, key + kN, p.n_tokens, kN, v_tile);
    copy_async_commit();
    if constexpr (kHeld) {
      multiply_transposed<kE, kN>(scores, q_held, k_tile);
    } else {
      multiply_transposed<kE, kN>(scores, q_tile, warp_row, k_tile);
    }
    const bool whole = key + kN <= first + 1 && key >= first_of_last;
#pragma unroll
    for (int j = 0; j < kN / 8; ++j) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int64_t column = key + j * 8 + lane % 4 * 2 + i % 2;
        const bool seen = whole || (column <= query0 + i / 2 * 8 && column >= oldest[i / 2]);
        const float probability = seen ? exp2f(scores[0][j][i] * scale - lse[i / 2]) : 0.0f;
        scores[0][j][i] = probability * (d_scores[0][j][i] - delta[i / 2]) * p.scale;
      }
    }
    multiply_probabilities<kE, kN>(sums, scores, k_tile);
    __syncthreads();
    if (more) fetch_rows<kE>(k, key + kN, p.n_tokens, kN, k_tile);
    copy_async_commit();
  }
  store_rows<kE>({p.d_qkv + head * p.head_dim, p.d_qkv_stride, p.head_dim}, first + warp_row, p.n_tokens,
                 sums[0], {1.0f, 1.0f});
}

// grid.y walks the key/value heads; the query heads of each are summed here. Both gradients of a long head
// don't fit in registers: they take a launch each then.
template <int kE, bool kOfK, bool kOfV>
__global__ void __launch_bounds__(kAttentionThreads) attention_backward_kv_kernel(AttentionBackward p) {
  constexpr int kN = kPassing<kE>;
  bf16* k_tile = dynamic_shared<bf16>();
  bf16* v_tile = k_tile + kOwnRows * kPitch<kE>;
  bf16* q_tile = v_tile + kOwnRows * kPitch<kE>;
  bf16* d_y_tile = q_tile + kN * kPitch<kE>;
  float* lse = reinterpret_cast<float*>(d_y_tile + kN * kPitch<kE>);  // [kN]
  float* delta = lse + kN;                                            // [kN]

  const int64_t first = int64_t{blockIdx.x} * kOwnRows;
  const int64_t last = min(first + kOwnRows, p.n_tokens) - 1;
  const int kv_head = blockIdx.y;
  const int group = p.n_heads / p.n_kv_heads;
  const auto head_of = [&](int index) {
    return HeadRows<const bf16>{p.qkv + index * p.head_dim, p.qkv_stride, p.head_dim};
  };
  const int lane = threadIdx.x % kWarp;
  const int warp_row = threadIdx.x / kWarp * 16;
  const int64_t key0 = first + warp_row + lane / 4;
  // The tokens that see a key: from itself to here.
  const auto end_of = [&](int64_t key) { return min(int64_t{p.ends[key]}, key + p.window); };
  const int64_t end[2] = {key0 <= last ? end_of(key0) : 0, key0 + 8 <= last ? end_of(key0 + 8) : 0};
  const int64_t end_of_first = end_of(first), end_of_last = end_of(last);
  const float scale = p.scale * kLog2E;

  const auto fetch_q = [&](int head, int64_t query) {
    fetch_rows<kE>(head_of(head), query, p.n_tokens, kN, q_tile);
    for (int i = threadIdx.x; i < kN; i += kAttentionThreads) {
      const int64_t row = min(query + i, p.n_tokens - 1);
      lse[i] = p.lse[row * p.lse_stride + head] * kLog2E;
      delta[i] = p.delta[row * p.n_heads + head];
    }
  };
  const auto fetch_d_y = [&](int head, int64_t query) {
    fetch_rows<kE>({p.d_y + head * p.head_dim, p.d_y_stride, p.head_dim}, query, p.n_tokens, kN, d_y_tile);
  };
  int head = kv_head * group;
  int64_t query = first;
  fetch_rows<kE>(head_of(p.n_heads + kv_head), first, p.n_tokens, kOwnRows, k_tile);
  if (kOfK) fetch_rows<kE>(head_of(p.n_heads + p.n_kv_heads + kv_head), first, p.n_tokens, kOwnRows, v_tile);
  fetch_q(head, query);
  copy_async_commit();
  fetch_d_y(head, query);
  copy_async_commit();
  float d_k[1][kOfK ? kE / 8 : 1][4] = {};
  float d_v[1][kOfV ? kE / 8 : 1][4] = {};

  while (head < (kv_head + 1) * group) {
    int next_head = head;
    int64_t next_query = query + kN;
    if (next_query >= end_of_last) {
      next_query = first;
      ++next_head;
    }
    const bool more = next_head < (kv_head + 1) * group;
    // Transposed: 16 keys of this warp by kN queries.
    float scores[1][kN / 8][4] = {};
    float d_scores[1][kN / 8][4] = {};
    copy_async_wait<1>();
    __syncthreads();
    multiply_transposed<kE, kN>(scores, k_tile, warp_row, q_tile);
    copy_async_wait<0>();
    __syncthreads();
    if constexpr (kOfK) multiply_transposed<kE, kN>(d_scores, v_tile, warp_row, d_y_tile);
    const bool whole = query >= last && query + kN <= end_of_first;
#pragma unroll
    for (int j = 0; j < kN / 8; ++j) {
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int column = j * 8 + lane % 4 * 2 + i % 2;
        const bool seen = whole || (query + column >= key0 + i / 2 * 8 && query + column < end[i / 2]);
        const float probability = seen ? exp2f(scores[0][j][i] * scale - lse[column]) : 0.0f;
        scores[0][j][i] = probability;
        d_scores[0][j][i] = probability * (d_scores[0][j][i] - delta[column]) * p.scale;
      }
    }
    if constexpr (kOfK) multiply_probabilities<kE, kN>(d_k, d_scores, q_tile);
    __syncthreads();
    if (more) fetch_q(next_head, next_query);
    copy_async_commit();
    if constexpr (kOfV) multiply_probabilities<kE, kN>(d_v, scores, d_y_tile);
    __syncthreads();
    if (more) fetch_d_y(next_head, next_query);
    copy_async_commit();
    head = next_head;
    query = next_query;
  }
  const auto to = [&](int index) {
    return HeadRows<bf16>{p.d_qkv + index * p.head_dim, p.d_qkv_stride, p.head_dim};
  };
  if constexpr (kOfK) {
    store_rows<kE>(to(p.n_heads + kv_head), first + warp_row, p.n_tokens, d_k[0], {1.0f, 1.0f});
  }
  if constexpr (kOfV) {
    store_rows<kE>(to(p.n_heads + p.n_kv_heads + kv_head), first + warp_row, p.n_tokens, d_v[0],
                   {1.0f, 1.0f});
  }
}

}  // namespace kaiaku::cuda
