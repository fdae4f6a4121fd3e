#include "model/frozen.h"

#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "kaiaku.h"

namespace kaiaku {
namespace {

int64_t blocks_of(int64_t n, int64_t block_size) {
  return (n + block_size - 1) / block_size;
}

bool is_plain(int32_t form) {
  return form == KAIAKU_WEIGHTS_F32 || form == KAIAKU_WEIGHTS_BF16;
}

// Memory for the absmax of an NF4 matrix of n values in these sizes; null while the arena measures.
Nf4 take_absmax(int64_t n, Nf4 sizes, Arena& arena) {
  const int64_t blocks = blocks_of(n, sizes.block_size);
  if (sizes.nested_block_size == 0) {
    sizes.absmax = arena.vector(blocks);
  } else {
    sizes.nested_quant_map = arena.vector(256);
    sizes.absmax = arena.take<uint8_t>(blocks);
    sizes.nested_absmax = arena.vector(blocks_of(blocks, sizes.nested_block_size));
  }
  return sizes;
}

// The same for all of it.
Nf4 take_nf4(int64_t n, Nf4 sizes, Arena& arena) {
  sizes.quant_map = arena.vector(16);
  sizes.packed = arena.take<uint8_t>((n + 1) / 2);
  return take_absmax(n, sizes, arena);
}

constexpr Nf4 kOwnNf4{kNf4Block, kNf4NestedBlock, 0, nullptr, nullptr, nullptr, nullptr, nullptr};

// Hands over values [first, first + n) of an array that take_nf4 has made.
template <class T>
void upload(Backend& backend, const T* values, int64_t first, int64_t n, const void* array) {
  constexpr auto kSize = static_cast<int64_t>(sizeof(T));
  backend.upload(values, n * kSize, static_cast<std::byte*>(const_cast<void*>(array)) + first * kSize);
}

// Rows that are converted at once on their way to the backend.
int64_t stretch_rows(int64_t cols) {
  constexpr int64_t kValues = 1 << 18;
  return std::max<int64_t>(kValues / cols, 1);
}

}  // namespace

FrozenMatrix::FrozenMatrix(int32_t form, const std::vector<int64_t>& part_rows, int64_t cols, Arena& arena)
    : form_(form), cols_(cols) {
  for (const int64_t rows : part_rows) {
    parts_.emplace_back();
    parts_.back().rows = rows;
    rows_ += rows;
  }
  for (Part& part : parts_) {
    if (form == KAIAKU_WEIGHTS_NF4) {
      part.is_nf4 = true;
      part.nf4 = take_nf4(part.rows * cols, kOwnNf4, arena);
    } else if (form == KAIAKU_WEIGHTS_Q8_0) {
      part.type = KAIAKU_TYPE_Q8_0;
      part.data = arena.take<std::byte>(stored_bytes(KAIAKU_TYPE_Q8_0, part.rows * cols));
    }
  }
  if (!is_plain(form)) return;
  const DType type = form == KAIAKU_WEIGHTS_F32 ? DType::kF32 : DType::kBf16;
  plain_ = arena.tensor(type, rows_, cols);
  int64_t first = 0;
  for (Part& part : parts_) {
    part.type = form == KAIAKU_WEIGHTS_F32 ? KAIAKU_TYPE_F32 : KAIAKU_TYPE_BF16;
    part.data = plain_.row(first);
    first += part.rows;
  }
}

bool FrozenMatrix::is_kept_as(DType type) const {
  return is_plain(form_) && plain_.type == type;
}

ConstTensor FrozenMatrix::in(Backend& backend, DType type, Tensor buffer) const {
  if (is_kept_as(type)) return plain_;
  const Tensor whole{buffer.data, type, rows_, cols_, cols_};
  int64_t first = 0;
  for (size_t i = 0; i < parts_.size(); ++i) {
    backend.dequantize(stored(i), whole.row_range(first, parts_[i].rows));
    first += parts_[i].rows;
  }
  return whole;
}

ConstTensor FrozenMatrix::rows_in(Backend& backend, DType type, int64_t first, int64_t n,
                                  Tensor buffer) const {
  if (is_kept_as(type)) return plain_.row_range(first, n);
  StoredMatrix rows = stored(0);
  rows.data = static_cast<const std::byte*>(rows.data) + first * stored_bytes(rows.type, cols_);
  rows.rows = n;
  const Tensor block{buffer.data, type, n, cols_, cols_};
  backend.dequantize(rows, block);
  return block;
}

StoredMatrix FrozenMatrix::stored(size_t part) const {
  const Part& p = parts_[part];
  return {p.type, p.data, p.is_nf4 ? &p.nf4 : nullptr, p.rows, cols_};
}

bool FrozenMatrix::set_rows(Backend& backend, const std::string& name, size_t part, int32_t type,
                            int64_t first_row, int64_t n_rows, const void* data) {
  Part& p = parts_[part];
  if (is_plain(form_)) return set_plain_rows(backend, p, type, first_row, n_rows, data);
  if (form_ == KAIAKU_WEIGHTS_NF4) return set_nf4_rows(backend, p, type, first_row, n_rows, data);
  if (form_ == KAIAKU_WEIGHTS_Q8_0) return set_q8_rows(backend, p, type, first_row, n_rows, data);
  return set_file_rows(backend, p, name, type, first_row, n_rows, data);
}

bool FrozenMatrix::set_plain_rows(Backend& backend, Part& part, int32_t type, int64_t first_row,
                                  int64_t n_rows, const void* data) {
  const int64_t row_bytes = stored_bytes(type, cols_);
  const int64_t stretch = std::min(stretch_rows(cols_), n_rows);
  const int64_t to_bytes = cols_ * size_of(plain_.type);
  std::vector<std::byte> converted(static_cast<size_t>(stretch * to_bytes));
  const Tensor rows{converted.data(), plain_.type, stretch, cols_, cols_};
  std::atomic<bool> finite{true};
  for (int64_t first = 0; first < n_rows; first += stretch) {
    const int64_t n = std::min(stretch, n_rows - first);
#pragma omp parallel
    {
      std::vector<float> row(static_cast<size_t>(cols_));
#pragma omp for schedule(static)
      for (int64_t i = 0; i < n; ++i) {
        dequantize(type, static_cast<const char*>(data) + (first + i) * row_bytes, cols_, row.data());
        if (plain_.type == DType::kBf16) {
          Bf16* rounded_row = rows.as<Bf16>().row(i);
          round_to_bf16(row.data(), cols_, rounded_row);
          dequantize(KAIAKU_TYPE_BF16, rounded_row, cols_, row.data());
        } else {
          std::copy(row.begin(), row.end(), rows.as<float>().row(i));
        }
        if (!all_finite(row.data(), cols_)) finite = false;
      }
    }
    upload(backend, converted.data(), (first_row + first) * to_bytes, n * to_bytes, part.data);
  }
  return finite;
}

bool FrozenMatrix::set_file_rows(Backend& backend, Part& part, const std::string& name, int32_t type,
                                 int64_t first_row, int64_t n_rows, const void* data) {
  const int64_t row_bytes = stored_bytes(type, cols_);
  if (part.data == nullptr) {
    part.type = type;
    part.memory = std::make_unique<Arena>(name);
    part.memory->take<std::byte>(part.rows * row_bytes);
    part.memory->allocate(backend);
    part.data = part.memory->take<std::byte>(part.rows * row_bytes);
  }
  require(type == part.type, name, ": rows of ", stored_type(type)->name, " after rows of ",
          stored_type(part.type)->name);
  std::atomic<bool> finite{true};
#pragma omp parallel
  {
    std::vector<float> row(static_cast<size_t>(cols_));
#pragma omp for schedule(static)
    for (int64_t i = 0; i < n_rows; ++i) {
      dequantize(type, static_cast<const char*>(data) + i * row_bytes, cols_, row.data());
      if (!all_finite(row.data(), cols_)) finite = false;
    }
  }
  upload(backend, static_cast<const std::byte*>(data), first_row * row_bytes, n_rows * row_bytes, part.data);
  return finite;
}

bool FrozenMatrix::set_q8_rows(Backend& backend, Part& part, int32_t type, int64_t first_row, int64_t n_rows,
                               const void* data) {
  const int64_t row_bytes = stored_bytes(type, cols_), to_bytes = stored_bytes(KAIAKU_TYPE_Q8_0, cols_);
  const int64_t stretch = std::min(stretch_rows(cols_), n_rows);
  std::vector<std::byte> converted(static_cast<size_t>(stretch * to_bytes));
  std::atomic<bool> finite{true};
  for (int64_t first = 0; first < n_rows; first += stretch) {
    const int64_t n = std::min(stretch, n_rows - first);
#pragma omp parallel
    {
      std::vector<float> row(static_cast<size_t>(cols_));
#pragma omp for schedule(static)
      for (int64_t i = 0; i < n; ++i) {
        dequantize(type, static_cast<const char*>(data) + (first + i) * row_bytes, cols_, row.data());
        if (!all_finite(row.data(), cols_)) finite = false;
        q8_quantize(row.data(), cols_, converted.data() + i * to_bytes);
      }
    }
    upload(backend, converted.data(), (first_row + first) * to_bytes, n * to_bytes, part.data);
  }
  return finite;
}

bool FrozenMatrix::set_nf4_rows(Backend& backend, Part& part, int32_t type, int64_t first_row, int64_t n_rows,
                                const void* data) {
  const int64_t n = part.rows * cols_;
  if (part.filling == nullptr) part.filling = std::make_unique<Nf4Filling>();
  Nf4Filling& filling = *part.filling;
  const int64_t row_bytes = stored_bytes(type, cols_);
  const int64_t stretch = stretch_rows(cols_);
  int64_t done = first_row * cols_ - static_cast<int64_t>(filling.rest.size());
  for (int64_t row = 0; row < n_rows; row += stretch) {
    const int64_t rows = std::min(stretch, n_rows - row);
    std::vector<float>& values = filling.rest;
    const size_t held = values.size();
    values.resize(held + static_cast<size_t>(rows * cols_));
    dequantize(type, static_cast<const char*>(data) + row * row_bytes, rows * cols_, &values[held]);
    const auto all = static_cast<int64_t>(values.size());
    if (!all_finite(values.data(), all)) return false;
    const bool last = done + all == n;
    const int64_t whole = last ? all : all / kNf4Block * kNf4Block;
    const size_t blocks = filling.absmax.size();
    filling.absmax.resize(blocks + static_cast<size_t>(blocks_of(whole, kNf4Block)));
    filling.packed.resize(static_cast<size_t>((whole + 1) / 2));
    nf4_quantize(values.data(), whole, filling.packed.data(), &filling.absmax[blocks]);
    upload(backend, filling.packed.data(), done / 2, (whole + 1) / 2, part.nf4.packed);
    values.erase(values.begin(), values.begin() + whole);
    done += whole;
  }
  if (done < n) return true;
  const auto blocks = static_cast<int64_t>(filling.absmax.size());
  const int64_t nested_blocks = blocks_of(blocks, kNf4NestedBlock);
  std::vector<uint8_t> codes(static_cast<size_t>(blocks));
  std::vector<float> nested_absmax(static_cast<size_t>(nested_blocks));
  part.nf4.nested_offset = nf4_nest(filling.absmax.data(), blocks, codes.data(), nested_absmax.data());
  upload(backend, nf4_quant_map(), 0, 16, part.nf4.quant_map);
  upload(backend, nf4_nested_quant_map(), 0, 256, part.nf4.nested_quant_map);
  upload(backend, codes.data(), 0, blocks, part.nf4.absmax);
  upload(backend, nested_absmax.data(), 0, nested_blocks, part.nf4.nested_absmax);
  part.filling.reset();
  return true;
}

bool FrozenMatrix::set_nf4(Backend& backend, const std::string& name, size_t part, const Nf4& nf4) {
  Part& p = parts_[part];
  const int64_t n = p.rows * cols_;
  const int64_t blocks = blocks_of(n, nf4.block_size);
  for (int c = 0; c < 16; ++c) {
    if (!all_finite(nf4.quant_map + c, 1)) return false;
  }
  for (int64_t block = 0; block < blocks; ++block) {
    const float absmax = nf4_absmax(nf4, block);
    if (!all_finite(&absmax, 1)) return false;
  }
  if (is_plain(form_)) {
    std::vector<std::byte> values(static_cast<size_t>(n * size_of(plain_.type)));
    dequantize({0, nullptr, &nf4, p.rows, cols_}, Tensor{values.data(), plain_.type, p.rows, cols_, cols_});
    upload(backend, values.data(), 0, n * size_of(plain_.type), p.data);
    return true;
  }
  if (form_ == KAIAKU_WEIGHTS_Q8_0) {
    std::vector<float> values(static_cast<size_t>(n));
    dequantize({0, nullptr, &nf4, p.rows, cols_}, Matrix{values.data(), p.rows, cols_, cols_});
    return set_q8_rows(backend, p, KAIAKU_TYPE_F32, 0, p.rows, values.data());
  }
  const bool ours = nf4.block_size == kNf4Block && nf4.nested_block_size == kNf4NestedBlock;
  if (form_ == KAIAKU_WEIGHTS_NF4 && ours) {
    p.nf4.nested_offset = nf4.nested_offset;
  } else {
    // Codes that the model's arena has room for go there.
    const auto take = [&] {
      Nf4 taken = nf4;
      if (form_ != KAIAKU_WEIGHTS_NF4) return take_nf4(n, taken, *p.memory);
      taken.quant_map = p.nf4.quant_map;
      taken.packed = p.nf4.packed;
      return take_absmax(n, taken, *p.memory);
    };
    p.memory = std::make_unique<Arena>(name);
    take();
    p.memory->allocate(backend);
    p.nf4 = take();
    p.is_nf4 = true;
  }
  upload(backend, nf4.quant_map, 0, 16, p.nf4.quant_map);
  upload(backend, nf4.packed, 0, (n + 1) / 2, p.nf4.packed);
  if (nf4.nested_block_size == 0) {
    upload(backend, static_cast<const float*>(nf4.absmax), 0, blocks, p.nf4.absmax);
  } else {
    upload(backend, static_cast<const uint8_t*>(nf4.absmax), 0, blocks, p.nf4.absmax);
    upload(backend, nf4.nested_absmax, 0, blocks_of(blocks, nf4.nested_block_size), p.nf4.nested_absmax);
    upload(backend, nf4.nested_quant_map, 0, 256, p.nf4.nested_quant_map);
  }
  return true;
}

int64_t FrozenMatrix::block_bytes() const {
  int64_t bytes = 0;
  for (const Part& part : parts_) bytes += part.memory == nullptr ? 0 : part.memory->bytes();
  return bytes;
}

}  // namespace kaiaku
