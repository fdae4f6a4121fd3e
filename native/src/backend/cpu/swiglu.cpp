#include "backend/backend.h"
#include "backend/cpu/exponential.h"

namespace kaiaku {

void swiglu_forward(ConstMatrix gate_up, Matrix y) {
  const int64_t f = y.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < y.rows; ++t) {
    const float* gate = gate_up.row(t);
    const float* up = gate + f;
    float* y_t = y.row(t);
#pragma omp simd
    for (int64_t i = 0; i < f; ++i) y_t[i] = gate[i] / (1.0f + exponential(-gate[i])) * up[i];
  }
}

void swiglu_backward(ConstMatrix d_y, Matrix gate_up) {
  const int64_t f = d_y.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < d_y.rows; ++t) {
    float* gate = gate_up.row(t);
    float* up = gate + f;
    const float* d_y_t = d_y.row(t);
#pragma omp simd
    for (int64_t i = 0; i < f; ++i) {
      const float g = gate[i];
      const float sigmoid = 1.0f / (1.0f + exponential(-g));
      const float d_silu = sigmoid * (1.0f + g * (1.0f - sigmoid));
      gate[i] = d_y_t[i] * up[i] * d_silu;
      up[i] = d_y_t[i] * g * sigmoid;
    }
  }
}

}  // namespace kaiaku
