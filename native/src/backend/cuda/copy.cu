#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

template <class From, class To>
__global__ void copy_kernel(Rows<From> from, Rows<To> to, int64_t cols, bool eights) {
  From* x = from.row(blockIdx.x);
  To* y = to.row(blockIdx.x);
  if (eights) {
    each_eight_columns(cols, [&](int64_t i) {
      float values[8];
      load_eight(x + i, values);
      store_eight(y + i, values);
    });
  } else {
    each_column(cols, [&](int64_t i) { set(y + i, to_float(x[i])); });
  }
}

// A long row without gaps as rows that a grid has room for, and what is left of it.
constexpr int64_t kLongRow = 1 << 16;

}  // namespace

void CudaBackend::copy(ConstTensor from, Tensor to) {
  if (to.size() == 0) return;
  if (to.rows == 1 && to.cols > kLongRow) {
    const int64_t rows = to.cols / kLongRow, rest = to.cols % kLongRow, first = to.cols - rest;
    copy(ConstTensor(from.data, from.type, rows, kLongRow, kLongRow),
         Tensor(to.data, to.type, rows, kLongRow, kLongRow));
    copy(from.col_range(first, rest), to.col_range(first, rest));
    return;
  }
  with_rows(
      [&](auto x, auto y) {
        launch("copy", copy_kernel<ValueOf<decltype(x)>, ValueOf<decltype(y)>>, row_grid(to.rows, to.cols),
               kRowThreads, 0, stream(), x, y, to.cols, in_eights(x, to.cols) && in_eights(y, to.cols));
      },
      from, to);
}

}  // namespace kaiaku::cuda
