#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

constexpr int kThreads = 512;

// log of the sum of exp over a row, for every thread.
__device__ float log_sum_exp(const float* row, int64_t vocab_size) {
  float highest = -INFINITY;
  float total = 0;
  for (int64_t i = threadIdx.x; i < vocab_size; i += kThreads) {
    const float value = row[i];
    if (value > highest) {
      total = total * expf(highest - value) + 1;
      highest = value;
    } else {
      total += expf(value - highest);
    }
  }
  const float row_max = block_max(highest);
  return row_max + logf(block_sum(total * expf(highest - row_max)));
}

// One block for each row.
__global__ void forward_kernel(Rows<const float> logits, int64_t vocab_size, const int32_t* targets,
                               float* nll) {
  const float* row = logits.row(blockIdx.x);
  const float lse = log_sum_exp(row, vocab_size);
  if (threadIdx.x == 0) nll[blockIdx.x] = lse - row[targets[blockIdx.x]];
}

// d_logits = softmax - onehot. d_logits may lie in the row of logits, values of bf16 in the first half: what
// is written never reaches beyond what all threads have read.
template <class D>
__global__ void backward_kernel(Rows<float> logits, int64_t vocab_size, const int32_t* targets, float* nll,
                                Rows<D> d_logits) {
  const float* row = logits.row(blockIdx.x);
  D* to = d_logits.row(blockIdx.x);
  const int target = targets[blockIdx.x];
  const float lse = log_sum_exp(row, vocab_size);
  if (threadIdx.x == 0) nll[blockIdx.x] = lse - row[target];
  constexpr int kAtOnce = 8;
  float values[kAtOnce];
  for (int64_t first = threadIdx.x; first - threadIdx.x < vocab_size; first += kAtOnce * kThreads) {
#pragma unroll
    for (int n = 0; n < kAtOnce; ++n) {
      const int64_t i = first + n * kThreads;
      if (i < vocab_size) values[n] = expf(row[i] - lse) - (i == target ? 1.0f : 0.0f);
    }
    __syncthreads();
#pragma unroll
    for (int n = 0; n < kAtOnce; ++n) {
      const int64_t i = first + n * kThreads;
      if (i < vocab_size) set(to + i, values[n]);
    }
  }
}

}  // namespace

void CudaBackend::cross_entropy_forward(ConstMatrix logits, const int32_t* targets, float* nll) {
  launch("cross_entropy_forward", forward_kernel, static_cast<unsigned>(logits.rows), kThreads, 0, stream(),
         rows_of(logits), logits.cols, targets, nll);
}

void CudaBackend::cross_entropy_forward_backward(Matrix logits, const int32_t* targets, float* nll,
                                                 Tensor d_logits) {
  with_rows(
      [&](auto to) {
        launch("cross_entropy_forward_backward", backward_kernel<ValueOf<decltype(to)>>,
               static_cast<unsigned>(logits.rows), kThreads, 0, stream(), rows_of(logits), logits.cols,
               targets, nll, to);
      },
      d_logits);
}

}  // namespace kaiaku::cuda
