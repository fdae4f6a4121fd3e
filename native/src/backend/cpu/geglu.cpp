#include "backend/backend.h"
#include "backend/cpu/exponential.h"

namespace kaiaku {
namespace {

constexpr float kRoot = 0.79788456f;  // sqrt(2 / pi)
constexpr float kCube = 0.044715f;

// gelu(g) = g/2 (1 + tanh(u)) = g sigmoid(2u) with u = kRoot (g + kCube g^3).
inline float gelu_sigmoid(float g) {
  return 1.0f / (1.0f + exponential(-2.0f * kRoot * (g + kCube * g * g * g)));
}

}  // namespace

void geglu_forward(ConstMatrix gate_up, Matrix y) {
  const int64_t f = y.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < y.rows; ++t) {
    const float* gate = gate_up.row(t);
    const float* up = gate + f;
    float* y_t = y.row(t);
#pragma omp simd
    for (int64_t i = 0; i < f; ++i) y_t[i] = gate[i] * gelu_sigmoid(gate[i]) * up[i];
  }
}

void geglu_backward(ConstMatrix d_y, Matrix gate_up) {
  const int64_t f = d_y.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < d_y.rows; ++t) {
    float* gate = gate_up.row(t);
    float* up = gate + f;
    const float* d_y_t = d_y.row(t);
#pragma omp simd
    for (int64_t i = 0; i < f; ++i) {
      const float g = gate[i];
      const float sigmoid = gelu_sigmoid(g);
      const float d_u = 2.0f * kRoot * (1.0f + 3.0f * kCube * g * g);
      const float d_gelu = sigmoid + g * sigmoid * (1.0f - sigmoid) * d_u;
      gate[i] = d_y_t[i] * up[i] * d_gelu;
      up[i] = d_y_t[i] * g * sigmoid;
    }
  }
}

}  // namespace kaiaku
