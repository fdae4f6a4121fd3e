// Half precision, as far as block scales need it.
#pragma once

#include <cmath>
#include <cstdint>

struct __half {
  uint16_t bits = 0;
};

inline float __half2float(__half value) {
  const int exponent = value.bits >> 10 & 31;
  const int fraction = value.bits & 1023;
  const float sign = (value.bits & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
}
