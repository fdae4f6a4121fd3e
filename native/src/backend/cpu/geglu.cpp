#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/exponential.h"
#include "backend/cpu/glu.h"

namespace kaiaku {
namespace {

// gelu(g) = g/2 (1 + tanh(u)) = g sigmoid(2u) with u = kRoot (g + kCube g^3).
struct GeluTanh {
  static constexpr float kRoot = 0.79788456f;  // sqrt(2 / pi)
  static constexpr float kCube = 0.044715f;

  static float sigmoid(float g) {
    return 1.0f / (1.0f + exponential(-2.0f * kRoot * (g + kCube * g * g * g)));
  }
  static float value(float g) { return g * sigmoid(g); }
  static float derivative(float g) {
    const float d_u = 2.0f * kRoot * (1.0f + 3.0f * kCube * g * g);
    return sigmoid(g) + g * sigmoid(g) * (1.0f - sigmoid(g)) * d_u;
  }
};

}  // namespace

void CpuBackend::geglu_forward(ConstTensor gate_up, Tensor y) {
  glu_forward<GeluTanh>(gate_up, y, kGegluBf16);
}

void CpuBackend::geglu_backward(ConstTensor d_y, Tensor gate_up) {
  glu_backward<GeluTanh>(d_y, gate_up, kGegluBf16);
}

}  // namespace kaiaku
