#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/exponential.h"
#include "backend/cpu/glu.h"

namespace kaiaku {
namespace {

// silu(g) = g sigmoid(g).
struct Silu {
  static float sigmoid(float g) { return 1.0f / (1.0f + exponential(-g)); }
  static float value(float g) { return g * sigmoid(g); }
  static float derivative(float g) { return sigmoid(g) * (1.0f + g * (1.0f - sigmoid(g))); }
};

}  // namespace

void CpuBackend::swiglu_forward(ConstTensor gate_up, Tensor y) {
  glu_forward<Silu>(gate_up, y, kSwigluBf16);
}

void CpuBackend::swiglu_backward(ConstTensor d_y, Tensor gate_up) {
  glu_backward<Silu>(d_y, gate_up, kSwigluBf16);
}

}  // namespace kaiaku
