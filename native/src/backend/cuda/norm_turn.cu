// Norms of heads and their turn in one pass over memory: a warp for each token and head, a lane for pairs of
// neighbours in both halves.
#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kMostHalf = 128;  // of head dimensions up to 256
constexpr int kSteps = kMostHalf / (2 * kWarp);

struct Heads {
  int64_t n_tokens;
  int n_heads, head_dim;
  const float* weight;  // [E]
  const int32_t* positions;
  Rows<const float> cos, sin;  // [positions, E/2]
};

// The token and head of this warp.
struct Place {
  int64_t token;
  int head;

  __device__ explicit Place(const Heads& heads) {
    const int64_t index = (int64_t{blockIdx.x} * kThreads + threadIdx.x) / kWarp;
    token = index / heads.n_heads;
    head = static_cast<int>(index % heads.n_heads);
  }
};

// Calls body(step, i) with each i of this lane: it has values i, i + 1 and the same in the other half.
template <class Body>
__device__ void each_pair(int half, const Body& body) {
#pragma unroll
  for (int step = 0; step < kSteps; ++step) {
    const int i = (step * kWarp + static_cast<int>(threadIdx.x) % kWarp) * 2;
    if (i < half) body(step, i);
  }
}

__global__ void forward_kernel(Heads heads, Rows<bf16> x, float eps, Rows<bf16> raw, Rows<float> rstd) {
  const Place place(heads);
  if (place.token >= heads.n_tokens) return;
  const int half = heads.head_dim / 2;
  bf16* at = x.row(place.token) + place.head * heads.head_dim;
  bf16* kept = raw.row(place.token) + place.head * heads.head_dim;
  float low[kSteps][2], high[kSteps][2];
  float squares = 0;
  each_pair(half, [&](int step, int i) {
    *reinterpret_cast<uint32_t*>(kept + i) = *reinterpret_cast<const uint32_t*>(at + i);
    *reinterpret_cast<uint32_t*>(kept + half + i) = *reinterpret_cast<const uint32_t*>(at + half + i);
    load_two(at + i, low[step]);
    load_two(at + half + i, high[step]);
    for (int n = 0; n < 2; ++n) squares += low[step][n] * low[step][n] + high[step][n] * high[step][n];
  });
  const float r = 1.0f / sqrtf(warp_sum(squares) / static_cast<float>(heads.head_dim) + eps);
  if (threadIdx.x % kWarp == 0) rstd.row(place.token)[place.head] = r;
  const float* c = heads.cos.row(heads.positions[place.token]);
  const float* s = heads.sin.row(heads.positions[place.token]);
  each_pair(half, [&](int step, int i) {
    float first[2], second[2];
    for (int n = 0; n < 2; ++n) {
      const float a = low[step][n] * r * heads.weight[i + n];
      const float b = high[step][n] * r * heads.weight[half + i + n];
      first[n] = a * c[i + n] - b * s[i + n];
      second[n] = b * c[i + n] + a * s[i + n];
    }
    store_two(at + i, first[0], first[1]);
    store_two(at + half + i, second[0], second[1]);
  });
}

__global__ void backward_kernel(Heads heads, Rows<bf16> d_x, Rows<const bf16> raw, Rows<const float> rstd) {
  const Place place(heads);
  if (place.token >= heads.n_tokens) return;
  const int half = heads.head_dim / 2;
  bf16* at = d_x.row(place.token) + place.head * heads.head_dim;
  const bf16* kept = raw.row(place.token) + place.head * heads.head_dim;
  const float* c = heads.cos.row(heads.positions[place.token]);
  const float* s = heads.sin.row(heads.positions[place.token]);
  const float r = rstd.row(place.token)[place.head];
  // Of both halves: the gradient, turned back and multiplied by the weight, and the normed value.
  float d_low[kSteps][2], d_high[kSteps][2], low[kSteps][2], high[kSteps][2];
  float dot = 0;
  each_pair(half, [&](int step, int i) {
    float a[2], b[2];
    load_two(at + i, a);
    load_two(at + half + i, b);
    load_two(kept + i, low[step]);
    load_two(kept + half + i, high[step]);
    for (int n = 0; n < 2; ++n) {
      d_low[step][n] = (a[n] * c[i + n] + b[n] * s[i + n]) * heads.weight[i + n];
      d_high[step][n] = (b[n] * c[i + n] - a[n] * s[i + n]) * heads.weight[half + i + n];
      low[step][n] *= r;
      high[step][n] *= r;
      dot += d_low[step][n] * low[step][n] + d_high[step][n] * high[step][n];
    }
  });
  const float mean = warp_sum(dot) / static_cast<float>(heads.head_dim);
  each_pair(half, [&](int step, int i) {
    store_two(at + i, r * (d_low[step][0] - low[step][0] * mean), r * (d_low[step][1] - low[step][1] * mean));
    store_two(at + half + i, r * (d_high[step][0] - high[step][0] * mean),
              r * (d_high[step][1] - high[step][1] * mean));
  });
}

// Whether pairs of both matrices lie at multiples of 4 bytes.
bool in_pairs(ConstTensor a, ConstTensor b, int64_t head_dim) {
  const auto aligned = [](ConstTensor m) {
    return m.type == DType::kBf16 && reinterpret_cast<uintptr_t>(m.data) % 4 == 0 && m.stride % 2 == 0;
  };
  return aligned(a) && aligned(b) && head_dim % 4 == 0 && head_dim <= 2 * kMostHalf;
}

Heads heads_of(ConstTensor x, const float* weight, ConstMatrix rstd, const int32_t* positions,
               ConstMatrix cos, ConstMatrix sin) {
  return {x.rows,
          static_cast<int>(rstd.cols),
          static_cast<int>(x.cols / rstd.cols),
          weight,
          positions,
          rows_of(cos),
          rows_of(sin)};
}

unsigned blocks_for(const Heads& heads) {
  constexpr int kPerBlock = kThreads / kWarp;
  return static_cast<unsigned>((heads.n_tokens * heads.n_heads + kPerBlock - 1) / kPerBlock);
}

}  // namespace

void CudaBackend::norm_turn_forward(Tensor x, const float* weight, float eps, Tensor raw, Matrix rstd,
                                    const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  const Heads heads = heads_of(x, weight, rstd, positions, cos, sin);
  if (!in_pairs(x, raw, heads.head_dim)) {
    Backend::norm_turn_forward(x, weight, eps, raw, rstd, positions, cos, sin);
    return;
  }
  launch("norm_turn_forward", forward_kernel, blocks_for(heads), kThreads, 0, stream(), heads,
         rows_of(x.as<Bf16>()), eps, rows_of(raw.as<Bf16>()), rows_of(rstd));
}

void CudaBackend::norm_turn_backward(Tensor d_x, const float* weight, ConstTensor raw, ConstMatrix rstd,
                                     const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  const Heads heads = heads_of(d_x, weight, rstd, positions, cos, sin);
  if (!in_pairs(d_x, raw, heads.head_dim)) {
    Backend::norm_turn_backward(d_x, weight, raw, rstd, positions, cos, sin);
    return;
  }
  launch("norm_turn_backward", backward_kernel, blocks_for(heads), kThreads, 0, stream(), heads,
         rows_of(d_x.as<Bf16>()), rows_of(raw.as<Bf16>()), rows_of(rstd));
}

}  // namespace kaiaku::cuda
