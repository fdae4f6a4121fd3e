#include <cmath>

#include "backend/backend.h"

namespace kaiaku {
namespace {

// Each head's halves (x1, x2) become (x1 c - x2 s, x2 c + x1 s), with s = direction * sin.
void turn(Matrix x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin, float direction) {
  const int64_t half = cos.cols;
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    const float* c = cos.row(positions[t]);
    const float* s = sin.row(positions[t]);
    for (int64_t head = 0; head < x.cols; head += 2 * half) {
      float* x1 = x.row(t) + head;
      float* x2 = x1 + half;
#pragma omp simd
      for (int64_t i = 0; i < half; ++i) {
        const float first = x1[i];
        const float second = x2[i];
        x1[i] = first * c[i] - second * direction * s[i];
        x2[i] = second * c[i] + first * direction * s[i];
      }
    }
  }
}

}  // namespace

void rope_table(const float* inv_freq, Matrix cos, Matrix sin) {
#pragma omp parallel for schedule(static)
  for (int64_t position = 0; position < cos.rows; ++position) {
    for (int64_t i = 0; i < cos.cols; ++i) {
      const float angle = static_cast<float>(position) * inv_freq[i];
      cos.row(position)[i] = std::cos(angle);
      sin.row(position)[i] = std::sin(angle);
    }
  }
}

void rope_forward(Matrix x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  turn(x, positions, cos, sin, 1.0f);
}

void rope_backward(Matrix d_x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) {
  turn(d_x, positions, cos, sin, -1.0f);
}

}  // namespace kaiaku
