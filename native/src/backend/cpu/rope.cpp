#include <cmath>

#include "backend/cpu/cpu_backend.h"

namespace kaiaku {
namespace {

// Each head's halves (x1, x2) become (x1 c - x2 s, x2 c + x1 s), with s = direction * sin.
template <class T>
void turn(MatrixView<T> x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin, float direction) {
  const int64_t half = cos.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    const float* c = cos.row(positions[t]);
    const float* s = sin.row(positions[t]);
    for (int64_t head = 0; head < x.cols; head += 2 * half) {
      T* x1 = x.row(t) + head;
      T* x2 = x1 + half;
#pragma omp simd
      for (int64_t i = 0; i < half; ++i) {
        const float first = to_float(x1[i]);
        const float second = to_float(x2[i]);
        x1[i] = rounded<T>(first * c[i] - second * direction * s[i]);
        x2[i] = rounded<T>(second * c[i] + first * direction * s[i]);
      }
    }
  }
}

}  // namespace

void CpuBackend::rope_table(const float* inv_freq, Matrix cos, Matrix sin) {
#pragma omp parallel for schedule(static)
  for (int64_t position = 0; position < cos.rows; ++position) {
    for (int64_t i = 0; i < cos.cols; ++i) {
      const float angle = static_cast<float>(position) * inv_freq[i];
      cos.row(position)[i] = std::cos(angle);
      sin.row(position)[i] = std::sin(angle);
    }
  }
}

void CpuBackend::rope_forward(Tensor x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  with_types([&](auto rows) { turn(rows, positions, cos, sin, 1.0f); }, x);
}

void CpuBackend::rope_backward(Tensor d_x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  with_types([&](auto rows) { turn(rows, positions, cos, sin, -1.0f); }, d_x);
}

}  // namespace kaiaku
