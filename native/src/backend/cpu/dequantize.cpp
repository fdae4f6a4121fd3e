#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/nf4.h"
#include "base/error.h"
#include "kaiaku.h"

namespace kaiaku {
namespace {

constexpr int64_t kBlock = 32;
constexpr int64_t kSuperBlock = 256;

uint16_t load16(const uint8_t* p) {
  uint16_t bits;
  std::memcpy(&bits, p, sizeof bits);
  return bits;
}

float from_f16(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
  const uint32_t exponent = bits >> 10 & 0x1fu;
  const uint32_t mantissa = bits & 0x3ffu;
  if (exponent == 0x1f) return from_bits(sign | 0x7f800000u | mantissa << 13);
  if (exponent != 0) return from_bits(sign | (exponent + 112) << 23 | mantissa << 13);
  const float subnormal = static_cast<float>(mantissa) * 0x1p-24f;
  return sign != 0 ? -subnormal : subnormal;
}

float load_f16(const uint8_t* p) {
  return from_f16(load16(p));
}

// A block's 32 nibbles: byte j holds value j below and value j + 16 above.
template <class Value>
void each_nibble(const uint8_t* packed, float* values, const Value& value) {
  for (int64_t j = 0; j < kBlock / 2; ++j) {
    values[j] = value(packed[j] & 0xf, j);
    values[j + kBlock / 2] = value(packed[j] >> 4, j + kBlock / 2);
  }
}

// d f16, 16 bytes of nibbles; value = d (q - 8).
void dequantize_q4_0(const uint8_t* block, float* values) {
  const float d = load_f16(block);
  each_nibble(block + 2, values, [d](int q, int64_t) { return d * static_cast<float>(q - 8); });
}

// d f16, m f16, 16 bytes of nibbles; value = d q + m.
void dequantize_q4_1(const uint8_t* block, float* values) {
  const float d = load_f16(block);
  const float m = load_f16(block + 2);
  each_nibble(block + 4, values, [d, m](int q, int64_t) { return d * static_cast<float>(q) + m; });
}

// The fifth bits of a block's 32 values, each in the place of its 16.
struct FifthBits {
  uint32_t bits;

  explicit FifthBits(const uint8_t* p) { std::memcpy(&bits, p, sizeof bits); }
  int of(int64_t j) const { return static_cast<int>(bits >> j << 4 & 0x10u); }
};

// d f16, 4 bytes of fifth bits, 16 bytes of nibbles; value = d (q - 16).
void dequantize_q5_0(const uint8_t* block, float* values) {
  const float d = load_f16(block);
  const FifthBits high(block + 2);
  each_nibble(block + 6, values,
              [d, high](int q, int64_t j) { return d * static_cast<float>((q | high.of(j)) - 16); });
}

// d f16, m f16, 4 bytes of fifth bits, 16 bytes of nibbles; value = d q + m.
void dequantize_q5_1(const uint8_t* block, float* values) {
  const float d = load_f16(block);
  const float m = load_f16(block + 2);
  const FifthBits high(block + 4);
  each_nibble(block + 8, values,
              [d, m, high](int q, int64_t j) { return d * static_cast<float>(q | high.of(j)) + m; });
}

// d f16, 32 signed bytes; value = d q.
void dequantize_q8_0(const uint8_t* block, float* values) {
  const float d = load_f16(block);
  for (int64_t j = 0; j < kBlock; ++j) values[j] = d * static_cast<float>(static_cast<int8_t>(block[2 + j]));
}

// Scale and minimum of sub-block j of 8, 6 bits each, as Q4_K and Q5_K pack them into 12 bytes.
struct SubBlock {
  int scale, min;

  SubBlock(const uint8_t* packed, int64_t j) {
    if (j < 4) {
      scale = packed[j] & 63;
      min = packed[j + 4] & 63;
    } else {
      scale = (packed[j + 4] & 15) | packed[j - 4] >> 6 << 4;
      min = packed[j + 4] >> 4 | packed[j] >> 6 << 4;
    }
  }
};

// 32 values d q - m, q the low or high nibbles of 32 bytes with bit high_bit of high[] above them.
void dequantize_sub_block(const uint8_t* nibbles, int shift, const uint8_t* high, int high_bit, float d,
                          float m, float* values) {
  for (int64_t l = 0; l < kBlock; ++l) {
    const int above = high == nullptr ? 0 : (high[l] >> high_bit & 1) << 4;
    values[l] = d * static_cast<float>((nibbles[l] >> shift & 15) | above) - m;
  }
}

// d f16, dmin f16, 12 bytes of scales, [32 bytes of fifth bits,] 128 bytes of nibbles; in 8 sub-blocks
// value = d scale q - dmin min.
void dequantize_q4_k_or_q5_k(const uint8_t* block, bool fifth_bits, float* values) {
  const float d = load_f16(block);
  const float d_min = load_f16(block + 2);
  const uint8_t* scales = block + 4;
  const uint8_t* high = fifth_bits ? block + 16 : nullptr;
  const uint8_t* nibbles = block + (fifth_bits ? 48 : 16);
  for (int j = 0; j < 8; ++j) {
    const SubBlock sub(scales, j);
    dequantize_sub_block(nibbles + j / 2 * kBlock, j % 2 * 4, high, j, d * static_cast<float>(sub.scale),
                         d_min * static_cast<float>(sub.min), values + j * kBlock);
  }
}

void dequantize_q4_k(const uint8_t* block, float* values) {
  dequantize_q4_k_or_q5_k(block, false, values);
}

void dequantize_q5_k(const uint8_t* block, float* values) {
  dequantize_q4_k_or_q5_k(block, true, values);
}

// 128 bytes of nibbles, 64 bytes of bit pairs above them, 16 signed scales, d f16; value = d scale (q - 32).
void dequantize_q6_k(const uint8_t* block, float* values) {
  const float d = load_f16(block + 208);
  for (int64_t half = 0; half < 2; ++half) {
    const uint8_t* low = block + half * 64;
    const uint8_t* high = block + 128 + half * 32;
    const auto* scales = reinterpret_cast<const int8_t*>(block + 192 + half * 8);
    for (int64_t quarter = 0; quarter < 4; ++quarter) {
      const uint8_t* nibbles = low + quarter % 2 * kBlock;
      const int64_t low_shift = quarter / 2 * 4;
      float* to = values + half * 128 + quarter * kBlock;
      for (int64_t l = 0; l < kBlock; ++l) {
        const int q = (nibbles[l] >> low_shift & 15) | (high[l] >> quarter * 2 & 3) << 4;
        to[l] = d * static_cast<float>(scales[quarter * 2 + l / 16]) * static_cast<float>(q - 32);
      }
    }
  }
}

template <class T>
void each_block(const StoredType& stored, const uint8_t* bytes, int64_t n, T* values,
                void (*dequantize_block)(const uint8_t*, float*)) {
  float block[kSuperBlock];
  for (int64_t i = 0; i < n; i += stored.block_values) {
    dequantize_block(bytes, block);
    for (int64_t j = 0; j < stored.block_values; ++j) values[i + j] = rounded<T>(block[j]);
    bytes += stored.block_bytes;
  }
}

template <class From, class T>
void convert(const uint8_t* bytes, int64_t n, T* values) {
  if constexpr (std::is_same_v<From, T>) {
    std::memcpy(values, bytes, static_cast<size_t>(n) * sizeof(T));
  } else {
    const auto* from = reinterpret_cast<const From*>(bytes);
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) values[i] = rounded<T>(to_float(from[i]));
  }
}

template <class T>
void dequantize_values(int32_t type, const uint8_t* bytes, int64_t n, T* values) {
  const StoredType& stored = *stored_type(type);
  switch (type) {
    case KAIAKU_TYPE_F32:
      return convert<float>(bytes, n, values);
    case KAIAKU_TYPE_BF16:
      return convert<Bf16>(bytes, n, values);
    case KAIAKU_TYPE_F16:
      for (int64_t i = 0; i < n; ++i) values[i] = rounded<T>(load_f16(bytes + 2 * i));
      return;
    case KAIAKU_TYPE_Q4_0:
      return each_block(stored, bytes, n, values, dequantize_q4_0);
    case KAIAKU_TYPE_Q4_1:
      return each_block(stored, bytes, n, values, dequantize_q4_1);
    case KAIAKU_TYPE_Q5_0:
      return each_block(stored, bytes, n, values, dequantize_q5_0);
    case KAIAKU_TYPE_Q5_1:
      return each_block(stored, bytes, n, values, dequantize_q5_1);
    case KAIAKU_TYPE_Q8_0:
      return each_block(stored, bytes, n, values, dequantize_q8_0);
    case KAIAKU_TYPE_Q4_K:
      return each_block(stored, bytes, n, values, dequantize_q4_k);
    case KAIAKU_TYPE_Q5_K:
      return each_block(stored, bytes, n, values, dequantize_q5_k);
    case KAIAKU_TYPE_Q6_K:
      return each_block(stored, bytes, n, values, dequantize_q6_k);
    default:
      fail(KAIAKU_INTERNAL, "dequantize: type ", type);
  }
}

template <class T>
void dequantize_matrix(const StoredMatrix& matrix, MatrixView<T> to) {
  if (matrix.nf4 != nullptr) return nf4_dequantize(*matrix.nf4, to);
  const auto* bytes = static_cast<const uint8_t*>(matrix.data);
  const int64_t row_bytes = stored_bytes(matrix.type, matrix.cols);
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < to.rows; ++i) {
    dequantize_values(matrix.type, bytes + i * row_bytes, to.cols, to.row(i));
  }
}

}  // namespace

const StoredType* stored_type(int32_t type) {
  static constexpr StoredType kF32{"F32", 1, 4}, kF16{"F16", 1, 2}, kBf16{"BF16", 1, 2};
  static constexpr StoredType kQ4_0{"Q4_0", kBlock, 18}, kQ4_1{"Q4_1", kBlock, 20};
  static constexpr StoredType kQ5_0{"Q5_0", kBlock, 22}, kQ5_1{"Q5_1", kBlock, 24}, kQ8_0{"Q8_0", kBlock, 34};
  static constexpr StoredType kQ4_K{"Q4_K", kSuperBlock, 144}, kQ5_K{"Q5_K", kSuperBlock, 176};
  static constexpr StoredType kQ6_K{"Q6_K", kSuperBlock, 210};
  switch (type) {
    case KAIAKU_TYPE_F32:
      return &kF32;
    case KAIAKU_TYPE_F16:
      return &kF16;
    case KAIAKU_TYPE_BF16:
      return &kBf16;
    case KAIAKU_TYPE_Q4_0:
      return &kQ4_0;
    case KAIAKU_TYPE_Q4_1:
      return &kQ4_1;
    case KAIAKU_TYPE_Q5_0:
      return &kQ5_0;
    case KAIAKU_TYPE_Q5_1:
      return &kQ5_1;
    case KAIAKU_TYPE_Q8_0:
      return &kQ8_0;
    case KAIAKU_TYPE_Q4_K:
      return &kQ4_K;
    case KAIAKU_TYPE_Q5_K:
      return &kQ5_K;
    case KAIAKU_TYPE_Q6_K:
      return &kQ6_K;
    default:
      return nullptr;
  }
}

int64_t stored_bytes(int32_t type, int64_t n) {
  const StoredType& stored = *stored_type(type);
  return n / stored.block_values * stored.block_bytes;
}

void dequantize(int32_t type, const void* data, int64_t n, float* values) {
  dequantize_values(type, static_cast<const uint8_t*>(data), n, values);
}

void dequantize(const StoredMatrix& matrix, Tensor to) {
  with_types([&](auto values) { dequantize_matrix(matrix, values); }, to);
}

void CpuBackend::dequantize(const StoredMatrix& matrix, Tensor to) {
  kaiaku::dequantize(matrix, to);
}

void CpuBackend::embedding_forward(const StoredMatrix& table, const int32_t* tokens, Tensor x) {
  const auto* bytes = static_cast<const uint8_t*>(table.data);
  const int64_t row_bytes = stored_bytes(table.type, table.cols);
  with_types(
      [&](auto values) {
#pragma omp parallel for schedule(static)
        for (int64_t t = 0; t < values.rows; ++t) {
          dequantize_values(table.type, bytes + tokens[t] * row_bytes, values.cols, values.row(t));
        }
      },
      x);
}

void round_to_bf16(const float* values, int64_t n, Bf16* to) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) to[i] = rounded<Bf16>(values[i]);
}

bool all_finite(const float* values, int64_t n) {
  // Only a NaN or an infinity times zero is not zero.
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += values[i] * 0.0f;
  return sum == 0.0f;
}

}  // namespace kaiaku
