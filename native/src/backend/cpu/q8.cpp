// Q8_0 as ggml makes it: d = largest / 127 in f16, and each value as the nearest multiple of it.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/stored.h"

namespace kaiaku {
namespace {

constexpr int64_t kValues = 32;
constexpr int64_t kBytes = 34;

// To the nearest f16, ties to even; value is finite and not negative.
uint16_t to_f16(float value) {
  constexpr float kLargest = 65504.0f, kSmallestNormal = 0x1p-14f;
  if (value >= kLargest) return 0x7bff;
  if (value < kSmallestNormal) return static_cast<uint16_t>(std::nearbyint(value * 0x1p24f));
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  bits += 0xfffu + (bits >> 13 & 1);
  return static_cast<uint16_t>((bits >> 13) - (112u << 10));
}

}  // namespace

void q8_quantize(const float* values, int64_t n, std::byte* blocks) {
  for (int64_t first = 0; first < n; first += kValues, blocks += kBytes) {
    float largest = 0;
    for (int64_t i = first; i < first + kValues; ++i) largest = std::max(largest, std::fabs(values[i]));
    const float d = largest / 127;
    const float inverse = d > 0 ? 1 / d : 0;
    const uint16_t half = to_f16(d);
    std::memcpy(blocks, &half, sizeof half);
    for (int64_t i = 0; i < kValues; ++i) {
      blocks[2 + i] = static_cast<std::byte>(static_cast<int8_t>(std::round(values[first + i] * inverse)));
    }
  }
}

}  // namespace kaiaku
