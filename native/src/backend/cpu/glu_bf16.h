// Gated linear units in bf16, for processors that multiply it fast: their vectors are twice as long as those
// that the rest is compiled for, and they round to bf16 in one instruction.
#pragma once

#include <cstdint>

#include "base/bf16.h"

namespace kaiaku {

// A row: y [n] = activation(gate) up, and backward, where the gradients of gate and up take their places.
struct Bf16Glu {
  void (*forward)(const Bf16* gate, const Bf16* up, int64_t n, Bf16* y);
  void (*backward)(const Bf16* d_y, int64_t n, Bf16* gate, Bf16* up);
};

// For processors whose bf16_unit() is one; empty in builds for others.
extern const Bf16Glu kSwigluBf16;
extern const Bf16Glu kGegluBf16;

}  // namespace kaiaku
