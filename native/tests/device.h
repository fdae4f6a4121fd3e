// The device that a test body runs on: "cpu", or "gpu" for device 0, which the emulated backend has too.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/arena.h"
#include "backend/devices.h"
#include "check.h"
#include "random.h"

namespace kaiaku::test {

// CTest shows it as skipped.
constexpr int kSkipped = 77;

// Of main's arguments; -1 is the processor.
inline int32_t device_of(int argc, char** argv) {
  return argc > 1 && std::string(argv[1]) == "gpu" ? 0 : -1;
}

// A matrix in a backend's memory.
class DeviceMatrix {
 public:
  // Holds values as type rounds them; stride 0: no gaps between rows.
  DeviceMatrix(Backend& backend, DType type, int64_t rows, int64_t cols, const std::vector<float>& values)
      : backend_(backend), memory_(backend.allocate(rows * cols * size_of(type), "a test's matrix")) {
    tensor_ = {memory_.get(), type, rows, cols, cols};
    set(values);
  }
  DeviceMatrix(Backend& backend, DType type, int64_t rows, int64_t cols)
      : DeviceMatrix(backend, type, rows, cols, std::vector<float>(static_cast<size_t>(rows * cols))) {}

  operator Tensor() const { return tensor_; }
  operator ConstTensor() const { return tensor_; }
  Tensor tensor() const { return tensor_; }
  // Of f32.
  Matrix floats() const { return tensor_.as<float>(); }
  float* data() const { return floats().data; }

  void set(const std::vector<float>& values) {
    std::vector<Bf16> halves(values.size());
    round_to_bf16(values.data(), tensor_.size(), halves.data());
    const void* from = tensor_.type == DType::kF32 ? static_cast<const void*>(values.data()) : halves.data();
    backend_.upload(from, tensor_.bytes(), tensor_.data);
  }

  std::vector<float> values() const {
    std::vector<float> floats(static_cast<size_t>(tensor_.size()));
    if (tensor_.type == DType::kF32) {
      backend_.download(tensor_.data, tensor_.bytes(), floats.data());
      return floats;
    }
    std::vector<Bf16> halves(floats.size());
    backend_.download(tensor_.data, tensor_.bytes(), halves.data());
    for (size_t i = 0; i < floats.size(); ++i) floats[i] = to_float(halves[i]);
    return floats;
  }

 private:
  Backend& backend_;
  std::shared_ptr<std::byte> memory_;
  Tensor tensor_;
};

// Any values in a backend's memory.
template <class T>
class DeviceArray {
 public:
  DeviceArray(Backend& backend, const std::vector<T>& values)
      : backend_(backend), n_(static_cast<int64_t>(values.size() * sizeof(T))) {
    memory_ = backend.allocate(n_, "a test's array");
    backend.upload(values.data(), n_, memory_.get());
  }

  T* data() const { return reinterpret_cast<T*>(memory_.get()); }
  std::vector<T> values() const {
    std::vector<T> values(static_cast<size_t>(n_) / sizeof(T));
    backend_.download(memory_.get(), n_, values.data());
    return values;
  }

 private:
  Backend& backend_;
  int64_t n_;
  std::shared_ptr<std::byte> memory_;
};

// Every value within tolerance times the largest expected one.
inline void check_close(const std::string& what, const std::vector<float>& actual,
                        const std::vector<float>& expected, double tolerance) {
  check(actual.size() == expected.size(), what, ": ", actual.size(), " values, expected ", expected.size());
  double largest = 1e-6;
  for (const float x : expected) largest = std::max(largest, std::abs(static_cast<double>(x)));
  for (size_t i = 0; i < actual.size(); ++i) {
    check_near(actual[i], expected[i], tolerance * largest, what, "[", i, "]");
  }
}

}  // namespace kaiaku::test
