#include "cuda_backend.h"
#include "glu.cuh"

namespace kaiaku::cuda {
namespace {

// gelu(g) = g/2 (1 + tanh(u)) = g sigmoid(2u) with u = kRoot (g + kCube g^3).
struct GeluTanh {
  static constexpr float kRoot = 0.79788456f;  // sqrt(2 / pi)
  static constexpr float kCube = 0.044715f;

  __device__ static float sigmoid(float g) {
    return 1.0f / (1.0f + expf(-2.0f * kRoot * (g + kCube * g * g * g)));
  }
  __device__ static float value(float g) { return g * sigmoid(g); }
  __device__ static float derivative(float g) {
    const float d_u = 2.0f * kRoot * (1.0f + 3.0f * kCube * g * g);
    return sigmoid(g) + g * sigmoid(g) * (1.0f - sigmoid(g)) * d_u;
  }
};

}  // namespace

void CudaBackend::geglu_forward(ConstTensor gate_up, Tensor y) {
  glu_forward<GeluTanh>("geglu_forward", gate_up, y, stream());
}

void CudaBackend::geglu_backward(ConstTensor d_y, Tensor gate_up) {
  glu_backward<GeluTanh>("geglu_backward", d_y, gate_up, stream());
}

}  // namespace kaiaku::cuda
