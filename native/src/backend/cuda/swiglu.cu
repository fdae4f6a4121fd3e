#include "cuda_backend.h"
#include "glu.cuh"

namespace kaiaku::cuda {
namespace {

// silu(g) = g sigmoid(g).
struct Silu {
  __device__ static float sigmoid(float g) { return 1.0f / (1.0f + expf(-g)); }
  __device__ static float value(float g) { return g * sigmoid(g); }
  __device__ static float derivative(float g) { return sigmoid(g) * (1.0f + g * (1.0f - sigmoid(g))); }
};

}  // namespace

void CudaBackend::swiglu_forward(ConstTensor gate_up, Tensor y) {
  glu_forward<Silu>("swiglu_forward", gate_up, y, stream());
}

void CudaBackend::swiglu_backward(ConstTensor d_y, Tensor gate_up) {
  glu_backward<Silu>("swiglu_backward", d_y, gate_up, stream());
}

}  // namespace kaiaku::cuda
