#include "backend/cpu/cpu_backend.h"

namespace kaiaku {

void CpuBackend::copy(ConstTensor from, Tensor to) {
  with_types(
      [](auto source, auto target) {
        using To = std::remove_reference_t<decltype(*target.data)>;
#pragma omp parallel for schedule(static)
        for (int64_t t = 0; t < source.rows; ++t) {
          const auto* x = source.row(t);
          To* y = target.row(t);
#pragma omp simd
          for (int64_t i = 0; i < source.cols; ++i) y[i] = rounded<To>(to_float(x[i]));
        }
      },
      from, to);
}

}  // namespace kaiaku
