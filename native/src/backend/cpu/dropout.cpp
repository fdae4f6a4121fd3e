#include "backend/cpu/cpu_backend.h"
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

void CpuBackend::dropout_forward(const Dropout& dropout, ConstTensor x, Tensor y) {
  const float factor = 1.0f / (1.0f - dropout.p);
  with_type(x.type, [&](auto type) {
    using T = decltype(type);
    const auto from = x.as<T>();
    const auto to = y.as<T>();
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < x.rows; ++t) {
      const RowMask mask(dropout, t);
      const T* x_t = from.row(t);
      T* y_t = to.row(t);
#pragma omp simd
      for (int64_t i = 0; i < x.cols; ++i) {
        y_t[i] = rounded<T>(mask.keeps(i) ? to_float(x_t[i]) * factor : 0.0f);
      }
    }
  });
}

void CpuBackend::dropout_backward(const Dropout& dropout, ConstTensor d_y, Tensor d_x) {
  const float factor = 1.0f / (1.0f - dropout.p);
  with_type(d_y.type, [&](auto type) {
    using T = decltype(type);
    const auto from = d_y.as<T>();
    const auto to = d_x.as<T>();
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < d_y.rows; ++t) {
      const RowMask mask(dropout, t);
      const T* d_y_t = from.row(t);
      T* d_x_t = to.row(t);
#pragma omp simd
      for (int64_t i = 0; i < d_y.cols; ++i) {
        d_x_t[i] = rounded<T>(to_float(d_x_t[i]) + (mask.keeps(i) ? to_float(d_y_t[i]) * factor : 0.0f));
      }
    }
  });
}

}  // namespace kaiaku
