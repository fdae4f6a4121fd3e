// Attention forward against a naive one, backward against finite differences, and bf16 against the same
// values in f32, by each unit that the processor has for it.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/cpu/cpu_backend.h"
#include "bf16_matrix.h"
#include "bf16_units.h"
#include "check.h"
#include "gradient_check.h"
#include "random.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

CpuBackend& cpu() {
  static CpuBackend backend;
  return backend;
}

struct AttentionCase {
  int64_t heads, kv_heads, head_dim;
  std::vector<int32_t> cu_seqlens;
  int64_t window = 1000;

  AttentionShape shape() const {
    return {heads,
            kv_heads,
            head_dim,
            scale(),
            window,
            cu_seqlens.data(),
            static_cast<int64_t>(cu_seqlens.size()) - 1,
            nullptr,
            nullptr};
  }
  float scale() const { return 0.9f / std::sqrt(static_cast<float>(head_dim)); }
  int64_t tokens() const { return cu_seqlens.back(); }
  int64_t qkv_width() const { return (heads + 2 * kv_heads) * head_dim; }
};

// y of one token and head the slow way, in double.
std::vector<double> naive_attention(const AttentionCase& c, ConstMatrix qkv, int64_t first, int64_t t,
                                    int64_t head) {
  const int64_t e = c.head_dim;
  first = std::max(first, t - c.window + 1);
  const int64_t kv = head / (c.heads / c.kv_heads);
  const float* q = qkv.row(t) + head * e;
  std::vector<double> weights;
  double total = 0;
  for (int64_t j = first; j <= t; ++j) {
    const float* k = qkv.row(j) + (c.heads + kv) * e;
    double score = 0;
    for (int64_t i = 0; i < e; ++i) score += static_cast<double>(q[i]) * k[i];
    weights.push_back(std::exp(score * c.scale()));
    total += weights.back();
  }
  std::vector<double> y(static_cast<size_t>(e));
  for (int64_t j = first; j <= t; ++j) {
    const float* v = qkv.row(j) + (c.heads + c.kv_heads + kv) * e;
    for (int64_t i = 0; i < e; ++i)
      y[static_cast<size_t>(i)] += weights[static_cast<size_t>(j - first)] / total * v[i];
  }
  return y;
}

const std::vector<AttentionCase>& attention_cases() {
  static const std::vector<AttentionCase> cases = {
      {4, 2, 8, {0, 1, 6, 19}},      // short sequences
      {2, 2, 16, {0, 64, 129}},      // a whole tile, and one token more
      {3, 1, 24, {0, 70, 71, 210}},  // three tiles; a head size that is no power of two
      {1, 1, 256, {0, 67}},          // the largest head
      {4, 2, 8, {0, 1, 20, 40}, 1},  // each token sees itself only
      {2, 1, 8, {0, 30, 180}, 5},    // windows inside a tile, and across two
      {2, 2, 16, {0, 300}, 64},      // a window as long as a tile
      {1, 1, 8, {0, 3, 290}, 100},   // a window over three tiles
      {2, 1, 40, {0, 130, 163}},     // head sizes between those that tiles hold
      {1, 1, 80, {0, 81}},           //
      {1, 1, 64, {0, 48, 240}},      // three quarters of a tile; three whole ones
      {2, 1, 200, {0, 20, 85}, 30},  // a window inside a tile of a large head
  };
  return cases;
}

void attention_forward_is_softmax() {
  for (const AttentionCase& c : attention_cases()) {
    Random random(9);
    OwnedMatrix qkv(random, c.tokens(), c.qkv_width(), 2), y(c.tokens(), c.heads * c.head_dim),
        lse(c.tokens(), c.heads);
    cpu().attention_forward(c.shape(), qkv, y, lse);
    for (size_t s = 0; s + 1 < c.cu_seqlens.size(); ++s) {
      for (int64_t t = c.cu_seqlens[s]; t < c.cu_seqlens[s + 1]; ++t) {
        for (int64_t head = 0; head < c.heads; ++head) {
          const std::vector<double> expected = naive_attention(c, qkv, c.cu_seqlens[s], t, head);
          for (int64_t i = 0; i < c.head_dim; ++i) {
            check_near(y.view().row(t)[head * c.head_dim + i], expected[static_cast<size_t>(i)], 2e-5, "E ",
                       c.head_dim, " token ", t, " head ", head);
          }
        }
      }
    }
  }
}

void attention_gradient() {
  for (const AttentionCase& c : attention_cases()) {
    Random random(10);
    const int64_t width = c.heads * c.head_dim;
    OwnedMatrix qkv(random, c.tokens(), c.qkv_width()), y(c.tokens(), width), d_y(random, c.tokens(), width);
    OwnedMatrix lse(c.tokens(), c.heads), d_heads(c.tokens(), 3 * width), d_qkv(c.tokens(), c.qkv_width());
    const auto loss = [&] {
      cpu().attention_forward(c.shape(), qkv, y, lse);
      return weighted_sum(y.values, d_y.values);
    };
    loss();
    cpu().attention_backward(c.shape(), d_y, qkv, y, lse, d_heads, d_qkv);
    check_gradient("d_qkv", qkv.values, d_qkv.values, loss, 2e-3);
  }
}

void attention_keeps_sequences_apart() {
  Random random(11);
  const AttentionCase packed{2, 1, 8, {0, 70, 100}}, alone{2, 1, 8, {0, 30}};
  OwnedMatrix qkv(random, 100, packed.qkv_width()), y(100, 16), lse(100, 2), y_alone(30, 16),
      lse_alone(30, 2);
  cpu().attention_forward(packed.shape(), qkv, y, lse);
  cpu().attention_forward(alone.shape(), qkv.view().row_range(70, 30), y_alone, lse_alone);
  check(std::memcmp(y.view().row(70), y_alone.values.data(), 30 * 16 * sizeof(float)) == 0, "same bytes");
}

// Inputs in bf16, and what comes of them.
struct Bf16Pass {
  Bf16Pass(const AttentionCase& c, uint32_t seed)
      : attention(c),
        qkv(rounded_values(seed, c.tokens(), c.qkv_width())),
        d_y(rounded_values(seed + 1, c.tokens(), c.heads * c.head_dim)),
        y(c.tokens(), c.heads * c.head_dim),
        d_qkv(c.tokens(), c.qkv_width()),
        lse(c.tokens(), c.heads),
        scratch(c.tokens(), 3 * c.heads * c.head_dim) {}

  static Bf16Matrix rounded_values(uint32_t seed, int64_t rows, int64_t cols) {
    Random random(seed);
    return Bf16Matrix(OwnedMatrix(random, rows, cols));
  }

  void run() {
    cpu().attention_forward(attention.shape(), qkv, y, lse);
    cpu().attention_backward(attention.shape(), d_y, qkv, y, lse, scratch, d_qkv);
  }

  AttentionCase attention;
  Bf16Matrix qkv, d_y, y, d_qkv;
  OwnedMatrix lse, scratch;
};

// Within 1 % of the largest value: P and its gradient are rounded to 8 bits on the way.
void check_rounded(const char* what, const OwnedMatrix& actual, const OwnedMatrix& expected,
                   const AttentionCase& c) {
  double largest = 0;
  for (const float x : expected.values) largest = std::max(largest, std::abs(static_cast<double>(x)));
  for (size_t i = 0; i < expected.values.size(); ++i) {
    check_near(actual.values[i], expected.values[i], 0.01 * largest, what, "[", i, "], E ", c.head_dim);
  }
}

void bf16_is_near_f32() {
  for (const AttentionCase& c : attention_cases()) {
    Bf16Pass pass(c, 12);
    pass.run();
    OwnedMatrix qkv = pass.qkv.floats(), d_y = pass.d_y.floats(), y(d_y.n_rows, d_y.n_cols),
                d_qkv(qkv.n_rows, qkv.n_cols), lse(c.tokens(), c.heads), scratch(d_y.n_rows, 3 * d_y.n_cols);
    cpu().attention_forward(c.shape(), qkv, y, lse);
    cpu().attention_backward(c.shape(), d_y, qkv, y, lse, scratch, d_qkv);
    for (size_t i = 0; i < lse.values.size(); ++i)
      check_near(pass.lse.values[i], lse.values[i], 1e-4, "lse ", i);
    check_rounded("y", pass.y.floats(), y, c);
    check_rounded("d_qkv", pass.d_qkv.floats(), d_qkv, c);
  }
}

// What is not a number in one sequence or head doesn't reach the others, however tiles are filled up.
void bf16_keeps_sequences_and_heads_apart() {
  const AttentionCase c{2, 2, 24, {0, 70, 100, 117}};
  Bf16Pass clean(c, 13), poisoned(c, 13);
  const Bf16 nan{0x7fc0};
  // The second sequence, and in the others the second head's q, k and v.
  const auto is_poisoned = [&](int64_t t, int64_t column) {
    return (t >= 70 && t < 100) || column / c.head_dim % 2 == 1;
  };
  for (int64_t t = 0; t < c.tokens(); ++t) {
    for (int64_t i = 0; i < c.qkv_width(); ++i) {
      if (is_poisoned(t, i)) poisoned.qkv.view().row(t)[i] = nan;
    }
  }
  clean.run();
  poisoned.run();
  for (int64_t t = 0; t < c.tokens(); ++t) {
    for (int64_t i = 0; i < c.qkv_width(); ++i) {
      if (is_poisoned(t, i)) continue;
      check(clean.d_qkv.view().row(t)[i].bits == poisoned.d_qkv.view().row(t)[i].bits, "d_qkv of token ", t,
            " at ", i);
      if (i >= c.heads * c.head_dim) continue;
      check(clean.y.view().row(t)[i].bits == poisoned.y.view().row(t)[i].bits, "y of token ", t, " at ", i);
    }
  }
}

void bf16_repeats() {
  Bf16Pass first({3, 1, 64, {0, 200, 333}}, 15), second({3, 1, 64, {0, 200, 333}}, 15);
  first.run();
  second.run();
  check(first.y.floats().values == second.y.floats().values, "y");
  check(first.d_qkv.floats().values == second.d_qkv.floats().values, "d_qkv");
}

}  // namespace

int main() {
  return run_tests({
      {"attention: forward is a causal softmax", attention_forward_is_softmax},
      {"attention: gradient", attention_gradient},
      {"attention: keeps sequences apart", attention_keeps_sequences_apart},
      {"attention: bf16 is near f32", [] { with_each_bf16_unit(bf16_is_near_f32); }},
      {"attention: bf16 keeps sequences and heads apart",
       [] { with_each_bf16_unit(bf16_keeps_sequences_and_heads_apart); }},
      {"attention: bf16 repeats", [] { with_each_bf16_unit(bf16_repeats); }},
  });
}
