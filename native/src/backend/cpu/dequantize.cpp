#include <cmath>
#include <cstring>

#include "backend/backend.h"
#include "base/error.h"
#include "kaiaku.h"

namespace kaiaku {
namespace {

constexpr int64_t kBlock = 32;

uint16_t load16(const uint8_t* p) {
  uint16_t bits;
  std::memcpy(&bits, p, sizeof bits);
  return bits;
}

float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

float from_bf16(uint16_t bits) {
  return from_bits(static_cast<uint32_t>(bits) << 16);
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

// A block's 32 nibbles: byte j holds value j below and value j + 16 above.
template <class Value>
void each_nibble(const uint8_t* packed, float* values, const Value& value) {
  for (int64_t j = 0; j < kBlock / 2; ++j) {
    values[j] = value(packed[j] & 0xf);
    values[j + kBlock / 2] = value(packed[j] >> 4);
  }
}

// Block: d f16, 16 bytes of nibbles; value = d (q - 8).
void dequantize_q4_0(const uint8_t* block, float* values) {
  const float d = from_f16(load16(block));
  each_nibble(block + 2, values, [d](int q) { return d * static_cast<float>(q - 8); });
}

// Block: d f16, m f16, 16 bytes of nibbles; value = d q + m.
void dequantize_q4_1(const uint8_t* block, float* values) {
  const float d = from_f16(load16(block));
  const float m = from_f16(load16(block + 2));
  each_nibble(block + 4, values, [d, m](int q) { return d * static_cast<float>(q) + m; });
}

// Block: d f16, 32 signed bytes; value = d q.
void dequantize_q8_0(const uint8_t* block, float* values) {
  const float d = from_f16(load16(block));
  for (int64_t j = 0; j < kBlock; ++j) values[j] = d * static_cast<float>(static_cast<int8_t>(block[2 + j]));
}

void dequantize_block(int32_t type, const uint8_t* block, float* values) {
  switch (type) {
    case KAIAKU_TYPE_F32:
      std::memcpy(values, block, sizeof(float));
      return;
    case KAIAKU_TYPE_F16:
      *values = from_f16(load16(block));
      return;
    case KAIAKU_TYPE_BF16:
      *values = from_bf16(load16(block));
      return;
    case KAIAKU_TYPE_Q4_0:
      dequantize_q4_0(block, values);
      return;
    case KAIAKU_TYPE_Q4_1:
      dequantize_q4_1(block, values);
      return;
    case KAIAKU_TYPE_Q8_0:
      dequantize_q8_0(block, values);
      return;
    default:
      fail(KAIAKU_INTERNAL, "dequantize: type ", type);
  }
}

}  // namespace

const StoredType* stored_type(int32_t type) {
  static constexpr StoredType kF32{"F32", 1, 4}, kF16{"F16", 1, 2}, kBf16{"BF16", 1, 2};
  static constexpr StoredType kQ4_0{"Q4_0", kBlock, 18}, kQ4_1{"Q4_1", kBlock, 20}, kQ8_0{"Q8_0", kBlock, 34};
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
    case KAIAKU_TYPE_Q8_0:
      return &kQ8_0;
    default:
      return nullptr;
  }
}

void dequantize(int32_t type, const void* data, int64_t n, float* values) {
  const StoredType& stored = *stored_type(type);
  const auto* bytes = static_cast<const uint8_t*>(data);
  for (int64_t i = 0; i < n / stored.block_values; ++i) {
    dequantize_block(type, bytes + i * stored.block_bytes, values + i * stored.block_values);
  }
}

bool all_finite(const float* values, int64_t n) {
  // Only a NaN or an infinity times zero is not zero.
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += values[i] * 0.0f;
  return sum == 0.0f;
}

}  // namespace kaiaku
