// Every operation's backward against finite differences of its forward, and its forward against a naive one.
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

// y = x w^T + bias the slow way, in double.
std::vector<float> naive_linear(ConstMatrix x, ConstMatrix w, const float* bias) {
  std::vector<float> y;
  for (int64_t t = 0; t < x.rows; ++t) {
    for (int64_t o = 0; o < w.rows; ++o) {
      double sum = bias != nullptr ? bias[o] : 0;
      for (int64_t i = 0; i < x.cols; ++i) sum += static_cast<double>(x.row(t)[i]) * w.row(o)[i];
      y.push_back(static_cast<float>(sum));
    }
  }
  return y;
}

void linear_forward_is_a_product() {
  Random random(1);
  for (const int64_t rows : {1, 7, 33}) {
    OwnedMatrix x(random, rows, 24), w(random, 40, 24), bias(random, 1, 40), y(rows, 40);
    cpu().linear_forward(x, w, bias.values.data(), y, Store::kOverwrite);
    const std::vector<float> expected = naive_linear(x, w, bias.values.data());
    for (size_t i = 0; i < expected.size(); ++i) check_near(y.values[i], expected[i], 1e-5, "y[", i, "]");
    cpu().linear_forward(x, w, bias.values.data(), y, Store::kAdd);
    for (size_t i = 0; i < expected.size(); ++i)
      check_near(y.values[i], 2 * expected[i], 2e-5, "y[", i, "] added");
  }
}

void linear_writes_columns_of_a_wider_matrix() {
  Random random(2);
  OwnedMatrix x(random, 5, 16), w(random, 8, 16), wide(5, 20);
  std::fill(wide.values.begin(), wide.values.end(), 9.0f);
  cpu().linear_forward(x, w, nullptr, wide.view().col_range(3, 8), Store::kOverwrite);
  const std::vector<float> expected = naive_linear(x, w, nullptr);
  for (int64_t t = 0; t < 5; ++t) {
    for (int64_t c = 0; c < 20; ++c) {
      const bool inside = c >= 3 && c < 11;
      check_near(wide.view().row(t)[c], inside ? expected[static_cast<size_t>(t * 8 + c - 3)] : 9.0, 1e-5,
                 "(", t, ", ", c, ")");
    }
  }
}

void linear_gradients() {
  Random random(3);
  OwnedMatrix x(random, 6, 12), w(random, 10, 12), y(6, 10), d_y(random, 6, 10), d_x(6, 12), d_w(10, 12);
  cpu().linear_backward_input(d_y, w, d_x, Store::kOverwrite);
  cpu().linear_backward_weight(d_y, x, d_w);
  const auto loss = [&] {
    cpu().linear_forward(x, w, nullptr, y, Store::kOverwrite);
    return weighted_sum(y.values, d_y.values);
  };
  check_gradient("d_x", x.values, d_x.values, loss);
  check_gradient("d_w", w.values, d_w.values, loss);
}

void lora_gradients() {
  Random random(4);
  constexpr int64_t kTokens = 6, kIn = 12, kRank = 3;
  // The stack has outputs 0..7, 8..12 and 13..18; the middle linear is not targeted.
  OwnedMatrix x(random, kTokens, kIn), a(random, 2 * kRank, kIn), b0(random, 8, kRank), b2(random, 6, kRank);
  OwnedMatrix d_a(2 * kRank, kIn), d_b0(8, kRank), d_b2(6, kRank), h(kTokens, 2 * kRank),
      g(kTokens, 2 * kRank);
  OwnedMatrix y(kTokens, 19), d_y(random, kTokens, 19), d_x(kTokens, kIn);
  const LoraStack lora{a, d_a, {{0, b0, d_b0}, {13, b2, d_b2}}};
  const auto loss = [&] {
    std::fill(y.values.begin(), y.values.end(), 0.0f);
    cpu().lora_forward(lora, 1.5f, x, h, y);
    return weighted_sum(y.values, d_y.values);
  };
  loss();
  for (int64_t t = 0; t < kTokens; ++t) {
    for (int64_t c = 8; c < 13; ++c)
      check_near(y.view().row(t)[c], 0, 0, "output of a linear that is not targeted");
  }
  cpu().lora_backward(lora, 1.5f, d_y, x, h, g, d_x);
  check_gradient("d_x", x.values, d_x.values, loss);
  check_gradient("d_a", a.values, d_a.values, loss);
  check_gradient("d_b0", b0.values, d_b0.values, loss);
  check_gradient("d_b2", b2.values, d_b2.values, loss);
  const std::vector<float> once = d_b0.values;
  cpu().lora_backward(lora, 1.5f, d_y, x, h, g, {});
  for (size_t i = 0; i < once.size(); ++i) check_near(d_b0.values[i], 2 * once[i], 1e-4, "d_b adds up");
}

void embedding_gathers_rows() {
  Random random(5);
  OwnedMatrix table(random, 9, 4), x(3, 4);
  const int32_t tokens[] = {8, 0, 8};
  cpu().embedding_forward({KAIAKU_TYPE_F32, table.values.data(), nullptr, 9, 4}, tokens, x.view());
  for (int64_t t = 0; t < 3; ++t) {
    check(std::memcmp(x.view().row(t), table.view().row(tokens[t]), 4 * sizeof(float)) == 0, "row ", t);
  }
}

void rms_norm_gradient() {
  Random random(6);
  OwnedMatrix x(random, 4, 20), weight(random, 1, 20), y(4, 20), d_y(random, 4, 20), d_x(4, 20), rstd(1, 4);
  const auto loss = [&] {
    cpu().rms_norm_forward(x, weight.values.data(), 1e-5f, y, rstd.values.data(), Store::kOverwrite);
    return weighted_sum(y.values, d_y.values);
  };
  loss();
  double squares = 0;
  for (int64_t i = 0; i < 20; ++i)
    squares += static_cast<double>(x.values[static_cast<size_t>(i)]) * x.values[static_cast<size_t>(i)];
  check_near(rstd.values[0], 1 / std::sqrt(squares / 20 + 1e-5), 1e-5, "rstd");
  cpu().rms_norm_backward(d_y, x, weight.values.data(), rstd.values.data(), d_x, Store::kOverwrite);
  check_gradient("d_x", x.values, d_x.values, loss);
  loss();
  const std::vector<float> once = d_x.values, y_once = y.values;
  cpu().rms_norm_backward(d_y, x, weight.values.data(), rstd.values.data(), d_x, Store::kAdd);
  cpu().rms_norm_forward(x, weight.values.data(), 1e-5f, y, rstd.values.data(), Store::kAdd);
  for (size_t i = 0; i < once.size(); ++i) {
    check_near(d_x.values[i], 2 * once[i], 1e-5, "d_x added [", i, "]");
    check_near(y.values[i], 2 * y_once[i], 1e-5, "y added [", i, "]");
  }
}

void head_norm_gradient() {
  // Three heads of 8 inside rows of 40; the rest stays as it is.
  Random random(7);
  OwnedMatrix x(random, 4, 24), weight(random, 1, 8), wide(4, 40), d_y(random, 4, 24), rstd(4, 3),
      alone(4, 8);
  const Matrix y = wide.view().col_range(5, 24);
  std::vector<float> rstd_alone(4);
  const auto loss = [&] {
    cpu().head_norm_forward(x, weight.values.data(), 1e-5f, y, rstd);
    double sum = 0;
    for (int64_t t = 0; t < 4; ++t) {
      for (int64_t c = 0; c < 24; ++c) sum += static_cast<double>(y.row(t)[c]) * d_y.view().row(t)[c];
    }
    return sum;
  };
  loss();
  for (int64_t head = 0; head < 3; ++head) {
    cpu().rms_norm_forward(x.view().col_range(8 * head, 8), weight.values.data(), 1e-5f, alone,
                           rstd_alone.data(), Store::kOverwrite);
    for (int64_t t = 0; t < 4; ++t) {
      check(std::memcmp(y.row(t) + 8 * head, alone.view().row(t), 8 * sizeof(float)) == 0, "head ", head);
      check(rstd.view().row(t)[head] == rstd_alone[static_cast<size_t>(t)], "rstd of head ", head);
    }
  }
  check(wide.view().row(2)[4] == 0 && wide.view().row(2)[29] == 0, "columns beside the heads");
  OwnedMatrix gradient = d_y;
  cpu().head_norm_backward(x, weight.values.data(), rstd, gradient);
  check_gradient("d_x", x.values, gradient.values, loss);
}

void rope_turns_halves_and_back() {
  constexpr int64_t kHalf = 4;
  Random random(8);
  const std::vector<float> inv_freq = {1.0f, 0.3f, 0.05f, 0.001f};
  OwnedMatrix cos(50, kHalf), sin(50, kHalf), x(random, 3, 4 * kHalf), d_y(random, 3, 4 * kHalf);
  cpu().rope_table(inv_freq.data(), cos, sin);
  const std::vector<int32_t> positions = {0, 49, 7};
  const std::vector<float> before = x.values;
  cpu().rope_forward(x, positions.data(), cos, sin);
  for (int64_t t = 0; t < 3; ++t) {
    for (int64_t i = 0; i < kHalf; ++i) {
      const double angle =
          static_cast<double>(positions[static_cast<size_t>(t)]) * inv_freq[static_cast<size_t>(i)];
      const size_t at = static_cast<size_t>(t * 4 * kHalf + 2 * kHalf + i);  // the second head
      const double x1 = before[at], x2 = before[at + kHalf];
      check_near(x.values[at], x1 * std::cos(angle) - x2 * std::sin(angle), 1e-5, "first half");
      check_near(x.values[at + kHalf], x2 * std::cos(angle) + x1 * std::sin(angle), 1e-5, "second half");
    }
  }
  const auto rotated = x.values;
  cpu().rope_backward(x, positions.data(), cos, sin);
  for (size_t i = 0; i < before.size(); ++i)
    check_near(x.values[i], before[i], 1e-5, "turned back [", i, "]");
  // A rotation's gradient is the rotation back.
  OwnedMatrix d_x = d_y;
  cpu().rope_backward(d_x, positions.data(), cos, sin);
  check_near(weighted_sum(rotated, d_y.values), weighted_sum(before, d_x.values), 1e-4,
             "<R x, d> = <x, R^T d>");
}

// A gated activation with its derivative, and what the gate becomes, in double.
struct GatedActivation {
  void (Backend::*forward)(ConstTensor gate_up, Tensor y);
  void (Backend::*backward)(ConstTensor d_y, Tensor gate_up);
  double (*value)(double gate);
};

double silu(double g) {
  return g / (1 + std::exp(-g));
}

double gelu_tanh(double g) {
  return 0.5 * g * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (g + 0.044715 * g * g * g)));
}

constexpr GatedActivation kSwiglu{&Backend::swiglu_forward, &Backend::swiglu_backward, silu};
constexpr GatedActivation kGeglu{&Backend::geglu_forward, &Backend::geglu_backward, gelu_tanh};

void gated_gradient(const GatedActivation& activation) {
  Random random(12);
  OwnedMatrix gate_up(random, 3, 26, 3), y(3, 13), d_y(random, 3, 13);
  const auto loss = [&] {
    (cpu().*activation.forward)(gate_up, y);
    return weighted_sum(y.values, d_y.values);
  };
  loss();
  for (size_t i = 0; i < 13; ++i) {
    check_near(y.values[i], activation.value(gate_up.values[i]) * gate_up.values[13 + i], 1e-5,
               "activation(gate) up [", i, "]");
  }
  OwnedMatrix gradient = gate_up;
  (cpu().*activation.backward)(d_y, gradient);
  check_gradient("d_gate_up", gate_up.values, gradient.values, loss);
}

void gated_is_finite_far_out(const GatedActivation& activation) {
  OwnedMatrix gate_up(1, 4), y(1, 2), d_y(1, 2);
  gate_up.values = {-1e4f, 1e4f, 1, 1};
  d_y.values = {1, 1};
  (cpu().*activation.forward)(gate_up, y);
  check_near(y.values[0], 0, 1e-6, "far below");
  check_near(y.values[1], 1e4, 1e-2, "far above");
  (cpu().*activation.backward)(d_y, gate_up);
  for (const float g : gate_up.values) check(std::isfinite(g), "gradient is ", g);
}

// Within what one rounding to bf16 changes, and a little of the activation's own.
void gated_in_bf16_is_near_f32(const GatedActivation& activation) {
  Random random(16);
  OwnedMatrix values(random, 3, 80, 4), gradients(random, 3, 40);
  const std::vector<float> far = {-1e4f, 1e4f, -1e6f, 90, -90, 0};
  std::copy(far.begin(), far.end(), values.values.begin());
  Bf16Matrix gate_up(values), d_y(gradients), y(3, 40);
  OwnedMatrix expected = gate_up.floats(), expected_y(3, 40), d_y_floats = d_y.floats();
  const auto check_rounded = [](const char* what, const OwnedMatrix& actual, const OwnedMatrix& exact) {
    for (size_t i = 0; i < exact.values.size(); ++i) {
      const double tolerance = 1e-6 + std::abs(static_cast<double>(exact.values[i])) / 200;
      check_near(actual.values[i], exact.values[i], tolerance, what, "[", i, "]");
    }
  };
  (cpu().*activation.forward)(expected, expected_y);
  (cpu().*activation.forward)(gate_up, y);
  check_rounded("y", y.floats(), expected_y);
  (cpu().*activation.backward)(d_y_floats, expected);
  (cpu().*activation.backward)(d_y, gate_up);
  check_rounded("d_gate_up", gate_up.floats(), expected);
}

void gated_in_bf16_keeps_what_is_no_number(const GatedActivation& activation) {
  Bf16Matrix gate_up(OwnedMatrix(1, 16)), y(1, 8);
  gate_up.view().data[2] = {0x7fc0};
  (cpu().*activation.forward)(gate_up, y);
  for (size_t i = 0; i < 8; ++i) {
    check(std::isnan(y.floats().values[i]) == (i == 2), "y[", i, "] is ", y.floats().values[i]);
  }
}

void swiglu_gradient() {
  gated_gradient(kSwiglu);
}

void swiglu_is_finite_far_out() {
  gated_is_finite_far_out(kSwiglu);
}

void geglu_gradient() {
  gated_gradient(kGeglu);
}

void geglu_is_finite_far_out() {
  gated_is_finite_far_out(kGeglu);
}

void cross_entropy_gradient() {
  Random random(13);
  OwnedMatrix logits(random, 5, 30, 4), nll(1, 5), ignored(1, 5);
  const std::vector<int32_t> targets = {0, 29, 3, 3, 11};
  const auto loss = [&] {
    cpu().cross_entropy_forward(logits, targets.data(), nll.values.data());
    double sum = 0;
    for (const float value : nll.values) sum += value;
    return sum;
  };
  loss();
  for (int64_t t = 0; t < 5; ++t) {
    double total = 0;
    for (int64_t i = 0; i < 30; ++i) total += std::exp(static_cast<double>(logits.view().row(t)[i]));
    const size_t row = static_cast<size_t>(t);
    check_near(nll.values[row], std::log(total) - logits.view().row(t)[targets[row]], 1e-5, "nll ", t);
  }
  OwnedMatrix gradient = logits;
  cpu().cross_entropy_forward_backward(gradient, targets.data(), ignored.values.data(), gradient);
  check(ignored.values == nll.values, "both ways give the same nll");
  check_gradient("d_logits", logits.values, gradient.values, loss);
}

void cross_entropy_takes_any_size_of_logits() {
  OwnedMatrix logits(3, 4), nll(1, 3);
  const std::vector<int32_t> targets = {0, 1, 2};
  logits.values = {1e30f, 0, 0, 0, -1e30f, -1e30f, -1e30f, -1e30f, 0, 0, -1e4f, 0};
  cpu().cross_entropy_forward(logits, targets.data(), nll.values.data());
  check_near(nll.values[0], 0, 0, "certain");
  check_near(nll.values[1], std::log(4.0), 1e-6, "even");
  check_near(nll.values[2], 1e4 + std::log(3.0), 1e-2, "impossible");
  logits.values[5] = std::nanf("");
  cpu().cross_entropy_forward(logits, targets.data(), nll.values.data());
  check(std::isnan(nll.values[1]), "NaN stays NaN");
}

void merge_adds_the_product() {
  Random random(14);
  for (const int64_t cols : {8, 40, 37, 5}) {
    OwnedMatrix values(random, 6, cols), b(random, 6, 3), a(random, 3, cols);
    const std::vector<float> before = values.values;
    merge_lora(b, a, 0.5f, values);
    for (int64_t i = 0; i < 6; ++i) {
      for (int64_t j = 0; j < cols; ++j) {
        double expected = before[static_cast<size_t>(i * cols + j)];
        for (int64_t r = 0; r < 3; ++r) expected += 0.5 * b.view().row(i)[r] * a.view().row(r)[j];
        check_near(values.view().row(i)[j], expected, 1e-5, "(", i, ", ", j, ") of ", cols);
      }
    }
  }
}

}  // namespace

int main() {
  return run_tests({
      {"linear: forward is x w^T + bias", linear_forward_is_a_product},
      {"linear: writes columns of a wider matrix", linear_writes_columns_of_a_wider_matrix},
      {"linear: gradients", linear_gradients},
      {"lora: gradients of a stack with a linear that is not targeted", lora_gradients},
      {"embedding: gathers rows", embedding_gathers_rows},
      {"rms_norm: gradient", rms_norm_gradient},
      {"head_norm: gradient, and each head as if alone", head_norm_gradient},
      {"rope: turns halves, and back", rope_turns_halves_and_back},
      {"swiglu: gradient", swiglu_gradient},
      {"swiglu: finite far out", swiglu_is_finite_far_out},
      {"geglu: gradient", geglu_gradient},
      {"geglu: finite far out", geglu_is_finite_far_out},
      {"swiglu: bf16 is near f32", [] { with_each_bf16_unit([] { gated_in_bf16_is_near_f32(kSwiglu); }); }},
      {"geglu: bf16 is near f32", [] { with_each_bf16_unit([] { gated_in_bf16_is_near_f32(kGeglu); }); }},
      {"swiglu: bf16 keeps NaN",
       [] { with_each_bf16_unit([] { gated_in_bf16_keeps_what_is_no_number(kSwiglu); }); }},
      {"geglu: bf16 keeps NaN",
       [] { with_each_bf16_unit([] { gated_in_bf16_keeps_what_is_no_number(kGeglu); }); }},
      {"cross_entropy: gradient", cross_entropy_gradient},
      {"cross_entropy: any size of logits", cross_entropy_takes_any_size_of_logits},
      {"merge: adds scale b a", merge_adds_the_product},
  });
}
