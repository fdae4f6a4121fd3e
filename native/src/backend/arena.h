// Memory that is taken once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "base/tensor.h"

namespace kaiaku {

// Hands out 64-byte aligned pieces of one zeroed block. The same code lays out twice: first to measure, when
// every piece is null, then after allocate() for real.
class Arena {
 public:
  // name says in errors what the memory is for.
  explicit Arena(std::string name) : name_(std::move(name)) {}

  // Takes the block for everything measured so far and starts again at its beginning.
  void allocate(Backend& backend);
  // The same in the host's memory.
  void allocate_host(Backend& backend);

  template <class T>
  T* take(int64_t n) {
    return reinterpret_cast<T*>(take_bytes(n * static_cast<int64_t>(sizeof(T))));
  }
  float* vector(int64_t n) { return take<float>(n); }
  Matrix matrix(int64_t rows, int64_t cols) { return {vector(rows * cols), rows, cols, cols}; }

  Tensor tensor(DType type, int64_t rows, int64_t cols) {
    return {take<std::byte>(rows * cols * size_of(type)), type, rows, cols, cols};
  }

  // Pieces that are never in use at once may share memory: what is taken after going back overlaps what was
  // taken since.
  int64_t position() const { return used_; }
  void go_back(int64_t position) { used_ = position; }
  void go_to_end() { used_ = bytes_; }

  int64_t bytes() const { return bytes_; }

 private:
  std::byte* take_bytes(int64_t n);

  std::string name_;
  std::shared_ptr<std::byte> block_;
  int64_t used_ = 0;
  int64_t bytes_ = 0;  // the most that was in use
};

}  // namespace kaiaku
