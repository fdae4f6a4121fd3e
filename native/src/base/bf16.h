// bfloat16: the upper half of a float.
#pragma once

#include <cstdint>
#include <cstring>

namespace kaiaku {

struct Bf16 {
  uint16_t bits;
};

inline uint32_t bits_of(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline float to_float(float value) {
  return value;
}

inline float to_float(Bf16 value) {
  return from_bits(static_cast<uint32_t>(value.bits) << 16);
}

// The nearest value, ties to even.
template <class T>
T rounded(float value);

template <>
inline float rounded<float>(float value) {
  return value;
}

template <>
inline Bf16 rounded<Bf16>(float value) {
  const uint32_t bits = bits_of(value);
  return {static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16)};
}

}  // namespace kaiaku
