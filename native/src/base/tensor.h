// Views of row-major matrices; they own nothing.
#pragma once

#include <cstdint>
#include <type_traits>

namespace kaiaku {

template <class T>
struct MatrixView {
  T* data = nullptr;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t stride = 0;  // values from one row to the next, at least cols

  T* row(int64_t i) const { return data + i * stride; }
  int64_t size() const { return rows * cols; }

  // Rows [first, first + n), all columns.
  MatrixView row_range(int64_t first, int64_t n) const { return {row(first), n, cols, stride}; }
  // Columns [first, first + n), all rows.
  MatrixView col_range(int64_t first, int64_t n) const { return {data + first, rows, n, stride}; }
  // The first n rows: a buffer made for the largest batch, seen as long as this one.
  MatrixView first_rows(int64_t n) const { return row_range(0, n); }

  template <class U, class = std::enable_if_t<!std::is_const_v<T> && std::is_same_v<U, const T>>>
  operator MatrixView<U>() const {
    return {data, rows, cols, stride};
  }
};

using Matrix = MatrixView<float>;
using ConstMatrix = MatrixView<const float>;

}  // namespace kaiaku
