// Numbers that look random and depend on their arguments only.
#pragma once

#include <cstdint>

namespace kaiaku {

// The finaliser of splitmix64: every bit of x changes about half the bits of the result.
constexpr uint64_t mix64(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

// The same for 32 bits, in steps that processors do to eight numbers at once.
constexpr uint32_t mix32(uint32_t x) {
  x = (x ^ x >> 16) * 0x7feb352du;
  x = (x ^ x >> 15) * 0x846ca68bu;
  return x ^ x >> 16;
}

}  // namespace kaiaku
