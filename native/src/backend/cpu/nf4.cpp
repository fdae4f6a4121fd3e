// 4-bit NormalFloat with double quantisation. Every rounding is bitsandbytes' own, so that the bytes are
// equal.
#include "backend/cpu/nf4.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kaiaku {
namespace {

// Nearest codes: as many midpoints between neighbours lie below a value as its code's index says.
constexpr std::array<float, 16> kCodes = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f,
};

template <size_t n>
std::array<float, n - 1> midpoints(const std::array<float, n>& codes) {
  std::array<float, n - 1> between{};
  for (size_t i = 0; i + 1 < n; ++i) between[i] = (codes[i] + codes[i + 1]) / 2;
  return between;
}

// 2^e cells of equal width in [0.1, 1], their centres times 10^(e-6), for e from 0 to 6; both signs, 0 and 1.
std::array<float, 256> dynamic_map() {
  std::array<float, 256> map{};
  size_t n = 0;
  for (int e = 0; e < 7; ++e) {
    const int cells = 1 << e;
    // Boundaries and centres are rounded to float one by one, as torch's linspace and mean do.
    const float step = (1.0f - 0.1f) / static_cast<float>(cells);
    const auto boundary = [cells, step](int i) {
      const bool lower = i < (cells + 1) / 2;
      return lower ? std::fma(step, static_cast<float>(i), 0.1f)
                   : std::fma(-step, static_cast<float>(cells - i), 1.0f);
    };
    for (int i = 0; i < cells; ++i) {
      const float centre = (boundary(i) + boundary(i + 1)) / 2.0f;
      const float value = static_cast<float>(std::pow(10.0, e - 6)) * centre;
      map[n++] = value;
      map[n++] = -value;
    }
  }
  map[n++] = 0.0f;
  map[n++] = 1.0f;
  std::sort(map.begin(), map.end());
  return map;
}

// torch's sum of floats, which decides the offset's last bit: 4 rows of 8 lanes, each of them summed in four
// levels so that partial sums stay of like size.
class CascadeSum {
 public:
  static float of(const float* values, int64_t n) {
    const int64_t vectors = n / kLanes;
    const int64_t groups = vectors / kRows;
    Partial sums = levels(values, groups);
    for (int64_t i = groups * kRows; i < vectors; ++i) {
      for (int64_t lane = 0; lane < kLanes; ++lane) sums[lane] += values[i * kLanes + lane];
    }
    for (int64_t row = 1; row < kRows; ++row) {
      for (int64_t lane = 0; lane < kLanes; ++lane) sums[lane] += sums[row * kLanes + lane];
    }
    float total = 0;
    for (int64_t i = vectors * kLanes; i < n; ++i) total += values[i];
    for (int64_t lane = 0; lane < kLanes; ++lane) total += sums[lane];
    return total;
  }

 private:
  static constexpr int64_t kLanes = 8;
  static constexpr int64_t kRows = 4;
  static constexpr int kLevels = 4;
  using Partial = std::array<float, kLanes * kRows>;

  static void add(Partial& to, const float* values) {
    for (size_t i = 0; i < to.size(); ++i) to[i] += values[i];
  }

  static Partial levels(const float* values, int64_t groups) {
    int power = 0;
    while (int64_t{1} << power < groups) ++power;
    power = std::max(4, power / kLevels);
    const int64_t step = int64_t{1} << power;
    std::array<Partial, kLevels> sums{};
    int64_t i = 0;
    while (i + step <= groups) {
      for (const int64_t end = i + step; i < end; ++i) add(sums[0], values + i * kLanes * kRows);
      for (int level = 1; level < kLevels; ++level) {
        add(sums[level], sums[level - 1].data());
        sums[level - 1].fill(0);
        if ((i & (step - 1) << (level * power)) != 0) break;
      }
    }
    for (; i < groups; ++i) add(sums[0], values + i * kLanes * kRows);
    for (int level = 1; level < kLevels; ++level) add(sums[0], sums[level].data());
    return sums[0];
  }
};

float largest(const float* values, int64_t n) {
  float max = 0;
  for (int64_t i = 0; i < n; ++i) max = std::max(max, std::abs(values[i]));
  return max;
}

template <class T>
void dequantize_stretch(const Nf4& nf4, int64_t first, int64_t n, T* values) {
  for (int64_t i = 0; i < n; i += nf4.block_size) {
    const int64_t block = (first + i) / nf4.block_size;
    const float absmax = nf4_absmax(nf4, block);
    T codes[16];
    for (int c = 0; c < 16; ++c) codes[c] = rounded<T>(nf4.quant_map[c] * absmax);
    const uint8_t* packed = nf4.packed + (first + i) / 2;
    const int64_t end = std::min(nf4.block_size, n - i);
    for (int64_t j = 0; j < end; j += 2) values[i + j] = codes[packed[j / 2] >> 4];
    for (int64_t j = 1; j < end; j += 2) values[i + j] = codes[packed[j / 2] & 15];
  }
}

template <class T>
void dequantize_all(const Nf4& nf4, MatrixView<T> to) {
  const int64_t stretch = nf4.block_size * 64;
#pragma omp parallel for schedule(static)
  for (int64_t first = 0; first < to.size(); first += stretch) {
    dequantize_stretch(nf4, first, std::min(stretch, to.size() - first), to.data + first);
  }
}

}  // namespace

const float* nf4_quant_map() {
  return kCodes.data();
}

const float* nf4_nested_quant_map() {
  static const std::array<float, 256> map = dynamic_map();
  return map.data();
}

float nf4_absmax(const Nf4& nf4, int64_t block) {
  if (nf4.nested_block_size == 0) return static_cast<const float*>(nf4.absmax)[block];
  const uint8_t code = static_cast<const uint8_t*>(nf4.absmax)[block];
  return nf4.nested_quant_map[code] * nf4.nested_absmax[block / nf4.nested_block_size] + nf4.nested_offset;
}

void nf4_dequantize(const Nf4& nf4, Matrix to) {
  dequantize_all(nf4, to);
}

void nf4_dequantize(const Nf4& nf4, MatrixView<Bf16> to) {
  dequantize_all(nf4, to);
}

void nf4_quantize(const float* values, int64_t n, uint8_t* packed, float* absmax) {
  const auto between = midpoints(kCodes);
#pragma omp parallel for schedule(static)
  for (int64_t first = 0; first < n; first += kNf4Block) {
    const int64_t end = std::min(first + kNf4Block, n);
    const float max = largest(values + first, end - first);
    const float inverse = max == 0 ? 0.0f : 1.0f / max;
    const auto code = [&](int64_t i) {
      const float scaled = i < end ? values[i] * inverse : 0.0f;
      int index = 0;
      for (const float middle : between) index += scaled > middle;
      return index;
    };
    for (int64_t i = first; i < end; i += 2) packed[i / 2] = static_cast<uint8_t>(code(i) << 4 | code(i + 1));
    absmax[first / kNf4Block] = max;
  }
}

float nf4_nest(const float* absmax, int64_t n, uint8_t* codes, float* nested_absmax) {
  // The search runs over this many steps from -1 to 1.
  constexpr double kHalfSteps = 32767.5;
  std::array<float, 256> map{};
  std::copy_n(nf4_nested_quant_map(), map.size(), map.begin());
  const auto between = midpoints(map);
  const float offset = CascadeSum::of(absmax, n) / static_cast<float>(n);
#pragma omp parallel for schedule(static)
  for (int64_t first = 0; first < n; first += kNf4NestedBlock) {
    const int64_t end = std::min(first + kNf4NestedBlock, n);
    float max = 0;
    for (int64_t i = first; i < end; ++i) max = std::max(max, std::abs(absmax[i] - offset));
    const float inverse = max == 0 ? 0.0f : 1.0f / max;
    for (int64_t i = first; i < end; ++i) {
      const double scaled = static_cast<double>((absmax[i] - offset) * inverse);
      const auto step = static_cast<float>(std::nearbyint((scaled + 1) * kHalfSteps) / kHalfSteps - 1);
      codes[i] =
          static_cast<uint8_t>(std::lower_bound(between.begin(), between.end(), step) - between.begin());
    }
    nested_absmax[first / kNf4NestedBlock] = max;
  }
  return offset;
}

}  // namespace kaiaku
