// Views of row-major matrices; they own nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/bf16.h"

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

enum class DType { kF32, kBf16 };

constexpr int64_t size_of(DType type) {
  return type == DType::kF32 ? 4 : 2;
}

template <class T>
constexpr DType kTypeOf = std::is_same_v<std::remove_const_t<T>, Bf16> ? DType::kBf16 : DType::kF32;

// A matrix whose type is known when the program runs. Byte is std::byte or const std::byte.
template <class Byte>
struct TensorView {
  Byte* data = nullptr;
  DType type = DType::kF32;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t stride = 0;

  TensorView() = default;
  TensorView(Byte* values, DType dtype, int64_t n_rows, int64_t n_cols, int64_t row_stride)
      : data(values), type(dtype), rows(n_rows), cols(n_cols), stride(row_stride) {}
  template <class T, class = std::enable_if_t<std::is_const_v<Byte> || !std::is_const_v<T>>>
  TensorView(MatrixView<T> m)
      : TensorView(reinterpret_cast<Byte*>(m.data), kTypeOf<T>, m.rows, m.cols, m.stride) {}
  template <class B, class = std::enable_if_t<std::is_same_v<Byte, const B>>>
  TensorView(const TensorView<B>& m) : TensorView(m.data, m.type, m.rows, m.cols, m.stride) {}

  int64_t size() const { return rows * cols; }
  int64_t bytes() const { return size() * size_of(type); }
  Byte* row(int64_t i) const { return data == nullptr ? nullptr : data + i * stride * size_of(type); }

  TensorView row_range(int64_t first, int64_t n) const { return {row(first), type, n, cols, stride}; }
  TensorView col_range(int64_t first, int64_t n) const {
    return {data == nullptr ? nullptr : data + first * size_of(type), type, rows, n, stride};
  }
  TensorView first_rows(int64_t n) const { return row_range(0, n); }

  // The same matrix with its type spelt out; T must be what type says.
  template <class T>
  auto as() const {
    using Value = std::conditional_t<std::is_const_v<Byte>, const T, T>;
    return MatrixView<Value>{reinterpret_cast<Value*>(data), rows, cols, stride};
  }
};

using Tensor = TensorView<std::byte>;
using ConstTensor = TensorView<const std::byte>;

// Calls body with a value of the type.
template <class Body>
void with_type(DType type, const Body& body) {
  if (type == DType::kF32) {
    body(float{});
  } else {
    body(Bf16{});
  }
}

// Calls body with every tensor as a MatrixView of its type.
template <class Body, class... Typed>
void with_types(const Body& body, Typed... views) {
  body(views...);
}

template <class Body, class Byte, class... Rest>
void with_types(const Body& body, TensorView<Byte> tensor, Rest... rest) {
  if (tensor.type == DType::kF32) {
    with_types(body, rest..., tensor.template as<float>());
  } else {
    with_types(body, rest..., tensor.template as<Bf16>());
  }
}

}  // namespace kaiaku
