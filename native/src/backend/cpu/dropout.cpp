#include "backend/backend.h"
#include "base/mix.h"

namespace kaiaku {
namespace {

// Says of each column of a row whether the mask keeps it.
class RowMask {
 public:
  RowMask(const Dropout& dropout, int64_t row)
      : key_(mix64(dropout.key ^ mix64(static_cast<uint64_t>(row)))),
        dropped_(static_cast<uint32_t>(static_cast<double>(dropout.p) * 4294967296.0)) {}

  bool keeps(int64_t column) const {
    const uint32_t low = static_cast<uint32_t>(key_);
    const uint32_t high = static_cast<uint32_t>(key_ >> 32);
    return mix32(mix32(static_cast<uint32_t>(column) + low) ^ high) >= dropped_;
  }

 private:
  uint64_t key_;
  uint32_t dropped_;  // of 2^32
};

}  // namespace

void dropout_forward(const Dropout& dropout, ConstMatrix x, Matrix y) {
  const float factor = 1.0f / (1.0f - dropout.p);
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < x.rows; ++t) {
    const RowMask mask(dropout, t);
    const float* x_t = x.row(t);
    float* y_t = y.row(t);
#pragma omp simd
    for (int64_t i = 0; i < x.cols; ++i) y_t[i] = mask.keeps(i) ? x_t[i] * factor : 0.0f;
  }
}

void dropout_backward(const Dropout& dropout, ConstMatrix d_y, Matrix d_x) {
  const float factor = 1.0f / (1.0f - dropout.p);
#pragma omp parallel for schedule(static)
  for (int64_t t = 0; t < d_y.rows; ++t) {
    const RowMask mask(dropout, t);
    const float* d_y_t = d_y.row(t);
    float* d_x_t = d_x.row(t);
#pragma omp simd
    for (int64_t i = 0; i < d_y.cols; ++i) d_x_t[i] += mask.keeps(i) ? d_y_t[i] * factor : 0.0f;
  }
}

}  // namespace kaiaku
