// Frozen matrices, in the form that they are kept in, in a backend's memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/arena.h"
#include "backend/backend.h"

namespace kaiaku {

// One or several matrices [rows, cols], one below the other, that run as one product.
class FrozenMatrix {
 public:
  FrozenMatrix() = default;
  // form is KAIAKU_WEIGHTS_*. Takes its memory from the arena; but a matrix of the form FILE, and what a
  // checkpoint of NF4 has in other sizes than ours, gets it when it arrives.
  FrozenMatrix(int32_t form, const std::vector<int64_t>& part_rows, int64_t cols, Arena& arena);

  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  size_t n_parts() const { return parts_.size(); }
  int64_t part_rows(size_t part) const { return parts_[part].rows; }

  // Whether the matrix can be used in this type as it lies in memory.
  bool is_kept_as(DType type) const;
  // The matrix in this type: itself where it is kept so, else dequantised into the buffer, which begins with
  // rows * cols values of that type.
  ConstTensor in(Backend& backend, DType type, Tensor buffer) const;
  // Rows [first, first + n) in this type, of a matrix of one part that is no NF4.
  ConstTensor rows_in(Backend& backend, DType type, int64_t first, int64_t n, Tensor buffer) const;

  // A part that has arrived.
  StoredMatrix stored(size_t part) const;

  // Takes in the next rows of a part, n_rows rows of type at data, host. Returns false where a value is not
  // finite.
  bool set_rows(Backend& backend, const std::string& name, size_t part, int32_t type, int64_t first_row,
                int64_t n_rows, const void* data);
  // Takes in a whole part, host.
  bool set_nf4(Backend& backend, const std::string& name, size_t part, const Nf4& nf4);

  // Bytes outside the arena.
  int64_t block_bytes() const;

 private:
  // Absmax of the blocks so far, values that fill none yet, and codes on their way to the backend.
  struct Nf4Filling {
    std::vector<float> absmax;
    std::vector<float> rest;
    std::vector<uint8_t> packed;
  };

  struct Part {
    int64_t rows = 0;
    int32_t type = 0;      // KAIAKU_TYPE_* of data
    void* data = nullptr;  // null where it is NF4, or of a file and yet to arrive
    bool is_nf4 = false;
    Nf4 nf4{};
    std::unique_ptr<Arena> memory;  // outside the model's arena
    std::unique_ptr<Nf4Filling> filling;
  };

  bool set_plain_rows(Backend& backend, Part& part, int32_t type, int64_t first_row, int64_t n_rows,
                      const void* data);
  bool set_file_rows(Backend& backend, Part& part, const std::string& name, int32_t type, int64_t first_row,
                     int64_t n_rows, const void* data);
  bool set_q8_rows(Backend& backend, Part& part, int32_t type, int64_t first_row, int64_t n_rows,
                   const void* data);
  bool set_nf4_rows(Backend& backend, Part& part, int32_t type, int64_t first_row, int64_t n_rows,
                    const void* data);

  int32_t form_ = 0;
  int64_t rows_ = 0;
  int64_t cols_ = 0;
  Tensor plain_;  // forms F32 and BF16
  std::vector<Part> parts_;
};

}  // namespace kaiaku
