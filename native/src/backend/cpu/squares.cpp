#include <algorithm>

#include "backend/cpu/cpu_backend.h"

namespace kaiaku {

namespace {

template <class T>
void add(MatrixView<const T> x, double* sums) {
  // Every column is summed by one thread, so the result doesn't depend on their number.
  constexpr int64_t kColumns = 64;
#pragma omp parallel for schedule(static)
  for (int64_t first = 0; first < x.cols; first += kColumns) {
    const int64_t end = std::min(first + kColumns, x.cols);
    for (int64_t t = 0; t < x.rows; ++t) {
      const T* row = x.row(t);
#pragma omp simd
      for (int64_t i = first; i < end; ++i) {
        const double value = to_float(row[i]);
        sums[i] += value * value;
      }
    }
  }
}

}  // namespace

void CpuBackend::add_column_squares(ConstTensor x, double* sums) {
  with_type(x.type, [&](auto type) { add(x.as<decltype(type)>(), sums); });
}

}  // namespace kaiaku
