#include "backend/cpu/cpu_backend.h"

namespace kaiaku {

void CpuBackend::scale(Tensor x, float factor) {
  with_type(x.type, [&](auto type) {
    using T = decltype(type);
    const auto rows = x.as<T>();
    // A thin matrix is done before other threads have woken up.
    constexpr int64_t kWorthThreads = 1 << 18;
#pragma omp parallel for schedule(static) if (rows.size() > kWorthThreads)
    for (int64_t t = 0; t < rows.rows; ++t) {
      T* row = rows.row(t);
#pragma omp simd
      for (int64_t i = 0; i < rows.cols; ++i) row[i] = rounded<T>(to_float(row[i]) * factor);
    }
  });
}

}  // namespace kaiaku
