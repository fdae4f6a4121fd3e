#include "cuda_backend.h"
#include "launch.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

constexpr int kThreads = 128;

__global__ void table_kernel(const float* inv_freq, Rows<float> cos_table, Rows<float> sin_table, int half) {
  for (int i = threadIdx.x; i < half; i += kThreads) {
    const float angle = static_cast<float>(blockIdx.x) * inv_freq[i];
    cos_table.row(blockIdx.x)[i] = cosf(angle);
    sin_table.row(blockIdx.x)[i] = sinf(angle);
  }
}

// One block for each token; direction 1 turns forward, -1 back.
template <class X>
__global__ void turn_kernel(Rows<X> x, int width, int half, const int32_t* positions,
                            Rows<const float> cos_table, Rows<const float> sin_table, float direction) {
  const float* c = cos_table.row(positions[blockIdx.x]);
  const float* s = sin_table.row(positions[blockIdx.x]);
  for (int i = threadIdx.x; i < width / 2; i += kThreads) {
    const int pair = i % half;
    X* first = x.row(blockIdx.x) + i / half * 2 * half + pair;
    const float a = to_float(first[0]);
    const float b = to_float(first[half]);
    set(first, a * c[pair] - b * direction * s[pair]);
    set(first + half, b * c[pair] + a * direction * s[pair]);
  }
}

void turn(const char* op, Tensor x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin,
          float direction, cudaStream_t stream) {
  with_rows(
      [&](auto rows) {
        launch(op, turn_kernel<ValueOf<decltype(rows)>>, static_cast<unsigned>(x.rows), kThreads, 0, stream,
               rows, static_cast<int>(x.cols), static_cast<int>(cos.cols), positions, rows_of(cos),
               rows_of(sin), direction);
      },
      x);
}

}  // namespace

void CudaBackend::rope_table(const float* inv_freq, Matrix cos, Matrix sin) {
  launch("rope_table", table_kernel, static_cast<unsigned>(cos.rows), kThreads, 0, stream(), inv_freq,
         rows_of(cos), rows_of(sin), static_cast<int>(cos.cols));
}

void CudaBackend::rope_forward(Tensor x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  turn("rope_forward", x, positions, cos, sin, 1, stream());
}

void CudaBackend::rope_backward(Tensor d_x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  turn("rope_backward", d_x, positions, cos, sin, -1, stream());
}

}  // namespace kaiaku::cuda
