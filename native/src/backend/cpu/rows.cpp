#include <cstring>

#include "backend/cpu/cpu_backend.h"

namespace kaiaku {

void CpuBackend::gather_rows(ConstMatrix from, const int32_t* rows, Matrix to) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < to.rows; ++i) {
    std::memcpy(to.row(i), from.row(rows[i]), static_cast<size_t>(to.cols) * sizeof(float));
  }
}

void CpuBackend::scatter_rows(ConstMatrix from, const int32_t* rows, Matrix to) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < from.rows; ++i) {
    std::memcpy(to.row(rows[i]), from.row(i), static_cast<size_t>(from.cols) * sizeof(float));
  }
}

}  // namespace kaiaku
