// Values of ggml's blocks (ggml-common.h describes the layouts), one at a time: value i of a block.
#pragma once

#include "numbers.cuh"

namespace kaiaku::cuda {

__device__ inline float half_at(const uint8_t* bytes) {
  // Blocks are only byte aligned.
  __half value;
  auto* to = reinterpret_cast<uint8_t*>(&value);
  to[0] = bytes[0];
  to[1] = bytes[1];
  return __half2float(value);
}

__device__ inline int nibble(const uint8_t* bytes, int i) {
  return i < 16 ? bytes[i] & 15 : bytes[i - 16] >> 4;
}

__device__ inline int high_bit(const uint8_t* bits, int i) {
  return bits[i / 8] >> (i % 8) & 1;
}

struct Q4_0 {
  static constexpr int kValues = 32, kBytes = 18;
  __device__ static float value(const uint8_t* block, int i) {
    return half_at(block) * static_cast<float>(nibble(block + 2, i) - 8);
  }
};

struct Q4_1 {
  static constexpr int kValues = 32, kBytes = 20;
  __device__ static float value(const uint8_t* block, int i) {
    return half_at(block) * static_cast<float>(nibble(block + 4, i)) + half_at(block + 2);
  }
};

struct Q5_0 {
  static constexpr int kValues = 32, kBytes = 22;
  __device__ static float value(const uint8_t* block, int i) {
    return half_at(block) * static_cast<float>(nibble(block + 6, i) + 16 * high_bit(block + 2, i) - 16);
  }
};

struct Q5_1 {
  static constexpr int kValues = 32, kBytes = 24;
  __device__ static float value(const uint8_t* block, int i) {
    return half_at(block) * static_cast<float>(nibble(block + 8, i) + 16 * high_bit(block + 4, i)) +
           half_at(block + 2);
  }
};

struct Q8_0 {
  static constexpr int kValues = 32, kBytes = 34;
  __device__ static float value(const uint8_t* block, int i) {
    return half_at(block) * static_cast<float>(static_cast<int8_t>(block[2 + i]));
  }
};

// Scale and minimum, 6 bits each, of sub-block j of 8.
__device__ inline void k_scale(const uint8_t* s, int j, int& scale, int& minimum) {
  if (j < 4) {
    scale = s[j] & 63;
    minimum = s[j + 4] & 63;
  } else {
    scale = (s[j + 4] & 15) | (s[j - 4] >> 6) << 4;
    minimum = (s[j + 4] >> 4) | (s[j] >> 6) << 4;
  }
}

struct Q4_K {
  static constexpr int kValues = 256, kBytes = 144;
  __device__ static float value(const uint8_t* block, int i) {
    int scale, minimum;
    k_scale(block + 4, i / 32, scale, minimum);
    const int byte = block[16 + i / 64 * 32 + i % 32];
    const int q = i / 32 % 2 == 0 ? byte & 15 : byte >> 4;
    return half_at(block) * static_cast<float>(scale) * static_cast<float>(q) -
           half_at(block + 2) * static_cast<float>(minimum);
  }
};

struct Q5_K {
  static constexpr int kValues = 256, kBytes = 176;
  __device__ static float value(const uint8_t* block, int i) {
    int scale, minimum;
    k_scale(block + 4, i / 32, scale, minimum);
    const int byte = block[48 + i / 64 * 32 + i % 32];
    const int low = i / 32 % 2 == 0 ? byte & 15 : byte >> 4;
    const int q = low + 16 * (block[16 + i % 32] >> (i / 32) & 1);
    return half_at(block) * static_cast<float>(scale) * static_cast<float>(q) -
           half_at(block + 2) * static_cast<float>(minimum);
  }
};

struct Q6_K {
  static constexpr int kValues = 256, kBytes = 210;
  __device__ static float value(const uint8_t* block, int i) {
    const int half = i / 128;
    const int quarter = i / 32 % 4;
    const int l = i % 32;
    const int byte = block[half * 64 + quarter % 2 * 32 + l];
    const int low = quarter < 2 ? byte & 15 : byte >> 4;
    const int high = block[128 + half * 32 + l] >> (2 * quarter) & 3;
    const auto scale = static_cast<int8_t>(block[192 + i / 16]);
    return half_at(block + 208) * static_cast<float>(scale) * static_cast<float>((low | high << 4) - 32);
  }
};

struct Half {
  static constexpr int kValues = 1, kBytes = 2;
  __device__ static float value(const uint8_t* block, int) { return half_at(block); }
};

struct BFloat {
  static constexpr int kValues = 1, kBytes = 2;
  __device__ static float value(const uint8_t* block, int) {
    return to_float(*reinterpret_cast<const bf16*>(block));
  }
};

struct Float {
  static constexpr int kValues = 1, kBytes = 4;
  __device__ static float value(const uint8_t* block, int) { return *reinterpret_cast<const float*>(block); }
};

}  // namespace kaiaku::cuda
