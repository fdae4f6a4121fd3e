#include "backend/backend.h"

namespace kaiaku {

void scale(Matrix x, float factor) {
  // A thin matrix is done before other threads have woken up.
  constexpr int64_t kWorthThreads = 1 << 18;
#pragma omp parallel for schedule(static) if (x.size() > kWorthThreads)
  for (int64_t t = 0; t < x.rows; ++t) {
    float* row = x.row(t);
#pragma omp simd
    for (int64_t i = 0; i < x.cols; ++i) row[i] *= factor;
  }
}

}  // namespace kaiaku
