// Sixteen floats, or sixteen pairs of bf16, at a time. A "pair" is two neighbouring values of the sum that a
// product makes, in 32 bits.
//
// Everything here is unnamed: each file that is compiled for such processors has its own, and no other file
// can be handed code that its processor doesn't know.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "base/bf16.h"

namespace kaiaku {
namespace {

typedef uint32_t Pair __attribute__((may_alias));

constexpr int64_t kLanes = 16;
constexpr int64_t kWords = 32;  // bf16 in a vector

inline int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

inline int64_t larger(int64_t a, int64_t b) {
  return a > b ? a : b;
}

inline int64_t rounded_up(int64_t n, int64_t unit) {
  return (n + unit - 1) / unit * unit;
}

// The first n lanes, all where there are more.
inline __mmask16 first_lanes(int64_t n) {
  return static_cast<__mmask16>(n >= kLanes ? 0xffff : n <= 0 ? 0 : (1 << n) - 1);
}

inline __mmask32 first_words(int64_t n) {
  return static_cast<__mmask32>(n >= kWords ? ~0u : n <= 0 ? 0u : (1u << n) - 1);
}

inline const Pair* pairs_of(const Bf16* values) {
  return reinterpret_cast<const Pair*>(values);
}

inline __m512 floats(const Bf16* values, __mmask16 mask) {
  return _mm512_castsi512_ps(
      _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, values)), 16));
}

// The nearest bf16 of 16 floats.
inline __m256i rounded_lanes(__m512 values) {
  return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values));
}

// The nearest bf16 of a, then those of b.
inline __m512i rounded_words(__m512 a, __m512 b) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(b, a));
}

// first, first + second, first + 1, first + 1 + second, and so on.
inline __m512i zip_indices(int first, int second) {
  const __m512i low = _mm512_add_epi32(
      _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), _mm512_set1_epi32(first));
  return _mm512_or_si512(low, _mm512_slli_epi32(_mm512_add_epi32(low, _mm512_set1_epi32(second)), 16));
}

// Pairs (a[i], b[i]) of the first 16 words of a and b; or of the last.
inline __m512i zip_low(__m512i a, __m512i b) {
  return _mm512_permutex2var_epi16(a, zip_indices(0, kWords), b);
}

inline __m512i zip_high(__m512i a, __m512i b) {
  return _mm512_permutex2var_epi16(a, zip_indices(kLanes, kWords), b);
}

// Pairs (a[i], b[i]) of two vectors of floats.
inline __m512i rounded_pairs(__m512 a, __m512 b) {
  return _mm512_permutexvar_epi16(zip_indices(0, kLanes), rounded_words(a, b));
}

inline __m512i unzip_indices(int first) {
  const __m512i fours = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60);
  return _mm512_or_si512(_mm512_add_epi32(fours, _mm512_set1_epi32(first)),
                         _mm512_slli_epi32(_mm512_add_epi32(fours, _mm512_set1_epi32(first + 2)), 16));
}

// The first of each pair of a, then those of b; or the second ones.
inline __m512i firsts(__m512i a, __m512i b) {
  return _mm512_permutex2var_epi16(a, unzip_indices(0), b);
}

inline __m512i seconds(__m512i a, __m512i b) {
  return _mm512_permutex2var_epi16(a, unzip_indices(1), b);
}

inline void zero(float* values, int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes) _mm512_storeu_ps(values + i, _mm512_setzero_ps());
}

// rows [16, 16] become their transpose.
inline void transpose_block(__m512i* rows) {
  __m512i a[kLanes], b[kLanes];
  for (int i = 0; i < kLanes; i += 2) {
    a[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    a[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < kLanes; i += 4) {
    b[i] = _mm512_unpacklo_epi64(a[i], a[i + 2]);
    b[i + 1] = _mm512_unpackhi_epi64(a[i], a[i + 2]);
    b[i + 2] = _mm512_unpacklo_epi64(a[i + 1], a[i + 3]);
    b[i + 3] = _mm512_unpackhi_epi64(a[i + 1], a[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    const __m512i low = _mm512_shuffle_i32x4(b[i], b[i + 4], 0x88),
                  low2 = _mm512_shuffle_i32x4(b[i], b[i + 4], 0xdd);
    const __m512i high = _mm512_shuffle_i32x4(b[i + 8], b[i + 12], 0x88);
    const __m512i high2 = _mm512_shuffle_i32x4(b[i + 8], b[i + 12], 0xdd);
    rows[i] = _mm512_shuffle_i32x4(low, high, 0x88);
    rows[i + 4] = _mm512_shuffle_i32x4(low2, high2, 0x88);
    rows[i + 8] = _mm512_shuffle_i32x4(low, high, 0xdd);
    rows[i + 12] = _mm512_shuffle_i32x4(low2, high2, 0xdd);
  }
}

// 2^x within 3e-6 of its value, for x up to 127; NaN for NaN.
inline __m512 power_of_2(__m512 x) {
  const __m512 bounded = _mm512_max_ps(_mm512_set1_ps(-126.0f), x);
  const __m512 n = _mm512_roundscale_ps(bounded, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 r = _mm512_sub_ps(bounded, n);
  __m512 p = _mm512_set1_ps(1.33335581e-3f);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(9.61812911e-3f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.55041087e-2f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(2.40226507e-1f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(6.93147181e-1f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, n);
}

}  // namespace
}  // namespace kaiaku
