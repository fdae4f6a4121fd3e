// bf16 numbers, rounded to nearest even.
#pragma once

#include <cstdint>
#include <cstring>

struct __nv_bfloat16 {
  uint16_t bits = 0;
};

inline float __bfloat162float(__nv_bfloat16 value) {
  const uint32_t wide = static_cast<uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &wide, sizeof result);
  return result;
}

inline __nv_bfloat16 __float2bfloat16(float value) {
  uint32_t wide;
  std::memcpy(&wide, &value, sizeof wide);
  if ((wide & 0x7fffffffu) > 0x7f800000u) return {static_cast<uint16_t>(wide >> 16 | 0x40)};
  return {static_cast<uint16_t>((wide + 0x7fffu + (wide >> 16 & 1)) >> 16)};
}
