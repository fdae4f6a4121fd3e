#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

constexpr int kThreads = 128;

// One thread for each column, so that the result doesn't depend on any order.
template <class X>
__global__ void squares_kernel(Rows<X> x, int64_t n_tokens, int64_t cols, double* sums) {
  const int64_t col = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (col >= cols) return;
  double sum = 0;
  for (int64_t t = 0; t < n_tokens; ++t) {
    const double value = to_float(x.row(t)[col]);
    sum += value * value;
  }
  sums[col] += sum;
}

}  // namespace

void CudaBackend::add_column_squares(ConstTensor x, double* sums) {
  const dim3 grid(static_cast<unsigned>((x.cols + kThreads - 1) / kThreads));
  with_rows(
      [&](auto rows) {
        launch("add_column_squares", squares_kernel<ValueOf<decltype(rows)>>, grid, kThreads, 0, stream(),
               rows, x.rows, x.cols, sums);
      },
      x);
}

}  // namespace kaiaku::cuda
