#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

template <class T>
__global__ void scale_kernel(Rows<T> x, int64_t cols, float factor) {
  T* row = x.row(blockIdx.x);
  each_column(cols, [&](int64_t i) { set(row + i, to_float(row[i]) * factor); });
}

}  // namespace

void CudaBackend::scale(Tensor x, float factor) {
  with_rows(
      [&](auto rows) {
        launch("scale", scale_kernel<ValueOf<decltype(rows)>>, row_grid(x.rows, x.cols), kRowThreads, 0,
               stream(), rows, x.cols, factor);
      },
      x);
}

}  // namespace kaiaku::cuda
