#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

__global__ void gather_kernel(Rows<const float> from, const int32_t* rows, Rows<float> to, int64_t cols) {
  const float* x = from.row(rows[blockIdx.x]);
  float* y = to.row(blockIdx.x);
  each_column(cols, [&](int64_t i) { y[i] = x[i]; });
}

__global__ void scatter_kernel(Rows<const float> from, const int32_t* rows, Rows<float> to, int64_t cols) {
  const float* x = from.row(blockIdx.x);
  float* y = to.row(rows[blockIdx.x]);
  each_column(cols, [&](int64_t i) { y[i] = x[i]; });
}

}  // namespace

void CudaBackend::gather_rows(ConstMatrix from, const int32_t* rows, Matrix to) {
  launch("gather_rows", gather_kernel, row_grid(to.rows, to.cols), kRowThreads, 0, stream(), rows_of(from),
         rows, rows_of(to), to.cols);
}

void CudaBackend::scatter_rows(ConstMatrix from, const int32_t* rows, Matrix to) {
  launch("scatter_rows", scatter_kernel, row_grid(from.rows, from.cols), kRowThreads, 0, stream(),
         rows_of(from), rows, rows_of(to), from.cols);
}

}  // namespace kaiaku::cuda
