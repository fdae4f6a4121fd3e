// Compiled for AVX-512 with bf16, and called on such processors only.
#include "backend/cpu/glu_bf16.h"

#include "backend/cpu/avx512/vectors.h"

namespace kaiaku {
namespace {

constexpr float kLog2E = 1.44269504f;

// 32 values as floats: those at even places, and those at odd ones.
struct Floats {
  __m512 even, odd;
};

Floats load(const Bf16* values, __mmask32 mask) {
  const __m512i words = _mm512_maskz_loadu_epi16(mask, values);
  return {_mm512_castsi512_ps(_mm512_slli_epi32(words, 16)),
          _mm512_castsi512_ps(_mm512_and_si512(words, _mm512_set1_epi32(static_cast<int>(0xffff0000u))))};
}

void store(Bf16* values, __mmask32 mask, __m512 even, __m512 odd) {
  _mm512_mask_storeu_epi16(values, mask, rounded_pairs(even, odd));
}

// 1 / (1 + 2^-x) within 2^-13 of its value, a 32nd of what rounding to bf16 may change.
__m512 sigmoid_of_2(__m512 x) {
  const __m512 one = _mm512_set1_ps(1.0f);
  const __m512 below = _mm512_min_ps(_mm512_set1_ps(126.0f), _mm512_sub_ps(_mm512_setzero_ps(), x));
  return _mm512_rcp14_ps(_mm512_add_ps(one, power_of_2(below)));
}

// activation(g) = g sigmoid(u), its derivative sigmoid(u) (1 + g (1 - sigmoid(u)) u'). An Activation has u
// and u'.
struct Silu {
  static __m512 inner(__m512 g) { return g; }
  static __m512 inner_derivative(__m512) { return _mm512_set1_ps(1.0f); }
};

// gelu(g) by tanh: u = 2 kRoot (g + kCube g^3).
struct GeluTanh {
  static constexpr float kRoot = 0.79788456f;  // sqrt(2 / pi)
  static constexpr float kCube = 0.044715f;

  static __m512 inner(__m512 g) {
    const __m512 cube = _mm512_mul_ps(_mm512_mul_ps(g, g), _mm512_mul_ps(g, _mm512_set1_ps(kCube)));
    return _mm512_mul_ps(_mm512_set1_ps(2 * kRoot), _mm512_add_ps(g, cube));
  }
  static __m512 inner_derivative(__m512 g) {
    return _mm512_fmadd_ps(_mm512_mul_ps(g, g), _mm512_set1_ps(6 * kRoot * kCube), _mm512_set1_ps(2 * kRoot));
  }
};

template <class Activation>
struct Glu {
  static __m512 sigmoid(__m512 g) {
    return sigmoid_of_2(_mm512_mul_ps(Activation::inner(g), _mm512_set1_ps(kLog2E)));
  }

  static __m512 value(__m512 gate, __m512 up) {
    return _mm512_mul_ps(_mm512_mul_ps(gate, sigmoid(gate)), up);
  }

  static void forward(const Bf16* gate, const Bf16* up, int64_t n, Bf16* y) {
    for (int64_t i = 0; i < n; i += kWords) {
      const __mmask32 mask = first_words(n - i);
      const Floats g = load(gate + i, mask), u = load(up + i, mask);
      store(y + i, mask, value(g.even, u.even), value(g.odd, u.odd));
    }
  }

  // gate and up become their gradients.
  static void gradients(__m512 d_y, __m512& gate, __m512& up) {
    const __m512 one = _mm512_set1_ps(1.0f);
    const __m512 s = sigmoid(gate);
    const __m512 rest = _mm512_mul_ps(_mm512_sub_ps(one, s), Activation::inner_derivative(gate));
    const __m512 derivative = _mm512_mul_ps(s, _mm512_fmadd_ps(gate, rest, one));
    const __m512 d_up = _mm512_mul_ps(d_y, _mm512_mul_ps(gate, s));
    gate = _mm512_mul_ps(_mm512_mul_ps(d_y, up), derivative);
    up = d_up;
  }

  static void backward(const Bf16* d_y, int64_t n, Bf16* gate, Bf16* up) {
    for (int64_t i = 0; i < n; i += kWords) {
      const __mmask32 mask = first_words(n - i);
      const Floats d = load(d_y + i, mask);
      Floats g = load(gate + i, mask), u = load(up + i, mask);
      gradients(d.even, g.even, u.even);
      gradients(d.odd, g.odd, u.odd);
      store(gate + i, mask, g.even, g.odd);
      store(up + i, mask, u.even, u.odd);
    }
  }
};

}  // namespace

const Bf16Glu kSwigluBf16{Glu<Silu>::forward, Glu<Silu>::backward};
const Bf16Glu kGegluBf16{Glu<GeluTanh>::forward, Glu<GeluTanh>::backward};

}  // namespace kaiaku
