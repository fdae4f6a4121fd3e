#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

template <class From, class To>
__global__ void copy_kernel(Rows<From> from, Rows<To> to, int64_t cols) {
  From* x = from.row(blockIdx.x);
  To* y = to.row(blockIdx.x);
  each_column(cols, [&](int64_t i) { set(y + i, to_float(x[i])); });
}

}  // namespace

void CudaBackend::copy(ConstTensor from, Tensor to) {
  if (to.size() == 0) return;
  with_rows(
      [&](auto x, auto y) {
        launch("copy", copy_kernel<ValueOf<decltype(x)>, ValueOf<decltype(y)>>, row_grid(to.rows, to.cols),
               kRowThreads, 0, stream(), x, y, to.cols);
      },
      from, to);
}

}  // namespace kaiaku::cuda
