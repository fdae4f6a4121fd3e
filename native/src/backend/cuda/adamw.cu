#include <cmath>

#include "cuda_backend.h"
#include "launch.h"
#include "numbers.cuh"

namespace kaiaku::cuda {
namespace {

constexpr int kThreads = 256;
constexpr unsigned kSquareSums = 256;

// partial [kSquareSums] = sums of squares of values [n], each block's own part.
__global__ void sum_of_squares_kernel(const float* values, int64_t n, double* partial) {
  __shared__ double sums[kThreads];
  double sum = 0;
  for (int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x; i < n; i += int64_t{gridDim.x} * kThreads) {
    sum += static_cast<double>(values[i]) * values[i];
  }
  sums[threadIdx.x] = sum;
  for (unsigned half = kThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
  }
  if (threadIdx.x == 0) partial[blockIdx.x] = sums[0];
}

// Of one thread: a sum of 256 values is nothing, and its order is fixed.
__global__ void scale_kernel(const double* partial, double n_targets, float max_norm, float* scale) {
  double sum = 0;
  for (unsigned i = 0; i < kSquareSums; ++i) sum += partial[i];
  const double norm = sqrt(sum) / n_targets;
  double factor = 1 / n_targets;
  if (max_norm > 0 && norm + 1e-6 > max_norm) factor *= max_norm / (norm + 1e-6);
  scale[0] = static_cast<float>(norm < INFINITY ? factor : NAN);
  scale[1] = static_cast<float>(norm);
}

struct Step {
  float beta1, beta2, eps, decay, size, inverse_root2;
};

// Decay first, then the step, as torch.optim.AdamW does.
__global__ void adamw_kernel(Step p, const float* scale, const float* gradient, float* m, float* v,
                             float* weight, int64_t n) {
  const int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  const float factor = scale[0];
  if (i >= n || factor != factor) return;  // NaN: the gradient is not finite
  const float g = gradient[i] * factor;
  m[i] = p.beta1 * m[i] + (1.0f - p.beta1) * g;
  v[i] = p.beta2 * v[i] + (1.0f - p.beta2) * g * g;
  weight[i] = weight[i] * p.decay - p.size * m[i] / (sqrtf(v[i]) * p.inverse_root2 + p.eps);
}

}  // namespace

void CudaBackend::gradient_scale(const float* gradient, int64_t n, int64_t n_targets, float max_norm,
                                 float* scale) {
  auto* partial = reinterpret_cast<double*>(scratch_);
  launch("gradient_scale", sum_of_squares_kernel, kSquareSums, kThreads, 0, stream(), gradient, n, partial);
  launch("gradient_scale", scale_kernel, 1, 1, 0, stream(), partial, static_cast<double>(n_targets), max_norm,
         scale);
}

void CudaBackend::adamw_step(const AdamW& options, int64_t step, const float* gradient_scale,
                             const float* gradient, float* m, float* v, float* weight, int64_t n) {
  const double correction1 = 1.0 - std::pow(static_cast<double>(options.beta1), static_cast<double>(step));
  const double correction2 = 1.0 - std::pow(static_cast<double>(options.beta2), static_cast<double>(step));
  const Step p{options.beta1,
               options.beta2,
               options.eps,
               static_cast<float>(1.0 - static_cast<double>(options.lr) * options.weight_decay),
               static_cast<float>(options.lr / correction1),
               static_cast<float>(1.0 / std::sqrt(correction2))};
  launch("adamw_step", adamw_kernel, static_cast<unsigned>((n + kThreads - 1) / kThreads), kThreads, 0,
         stream(), p, gradient_scale, gradient, m, v, weight, n);
}

}  // namespace kaiaku::cuda
