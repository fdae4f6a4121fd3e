#include <algorithm>
#include <vector>

#include "backend/cpu/tile.h"
#include "backend/stored.h"

namespace kaiaku {

void merge_lora(ConstMatrix b, ConstMatrix a, float scale, Matrix values) {
  constexpr int64_t kRows = 4;
  const int64_t rank = b.cols;
  const int64_t whole = values.cols / kVec * kVec;
  std::vector<float> scaled(static_cast<size_t>(kRows * rank));
  for (int64_t first = 0; first < values.rows; first += kRows) {
    const int64_t rows = std::min(kRows, values.rows - first);
    for (int64_t i = 0; i < rows; ++i) {
      std::transform(b.row(first + i), b.row(first + i) + rank, &scaled[static_cast<size_t>(i * rank)],
                     [scale](float value) { return scale * value; });
    }
    tile_multiply_add({scaled.data(), rank, 1}, a.data, a.stride, values.row(first), values.stride, rows,
                      whole, rank);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = whole; j < values.cols; ++j) {
        for (int64_t r = 0; r < rank; ++r) {
          values.row(first + i)[j] += scaled[static_cast<size_t>(i * rank + r)] * a.row(r)[j];
        }
      }
    }
  }
}

}  // namespace kaiaku
