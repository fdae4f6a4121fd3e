// Matrices as kernels see them.
#pragma once

#include "base/tensor.h"
#include "numbers.cuh"

namespace kaiaku::cuda {

template <class T>
struct DeviceValue {
  using Type = T;
};
template <>
struct DeviceValue<Bf16> {
  using Type = bf16;
};
template <>
struct DeviceValue<const Bf16> {
  using Type = const bf16;
};

template <class T>
struct Rows {
  using Value = T;

  T* data;
  int64_t stride;

  __device__ T* row(int64_t i) const { return data + i * stride; }
};

// Whether rows of so many values can be walked in eights.
template <class T>
bool in_eights(const Rows<T>& rows, int64_t cols) {
  return cols % 8 == 0 && rows.stride * static_cast<int64_t>(sizeof(T)) % 16 == 0 &&
         reinterpret_cast<uintptr_t>(rows.data) % 16 == 0;
}

template <class R>
using ValueOf = typename R::Value;

template <class T>
auto rows_of(MatrixView<T> m) {
  using Value = typename DeviceValue<T>::Type;
  return Rows<Value>{reinterpret_cast<Value*>(m.data), m.stride};
}

// Calls body with every tensor as Rows of its type.
template <class Body, class... Tensors>
void with_rows(const Body& body, Tensors... tensors) {
  with_types([&](auto... views) { body(rows_of(views)...); }, tensors...);
}

}  // namespace kaiaku::cuda
