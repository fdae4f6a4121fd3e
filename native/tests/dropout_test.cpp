// Dropout on the input of A: what the mask looks like, what it depends on, and gradients with the mask held
// fixed.
#include <algorithm>
#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "check.h"
#include "gradient_check.h"
#include "random.h"
#include "tiny_model.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

CpuBackend& cpu() {
  static CpuBackend backend;
  return backend;
}

// 1 where a value of [rows, cols] is kept.
std::vector<float> mask(const Dropout& dropout, int64_t rows, int64_t cols) {
  OwnedMatrix x(rows, cols), y(rows, cols);
  std::fill(x.values.begin(), x.values.end(), 1 - dropout.p);
  cpu().dropout_forward(dropout, x, y);
  for (const float value : y.values) check(value == 0 || std::fabs(value - 1) < 1e-6, "mask holds ", value);
  return y.values;
}

// Of two masks: how often both agree, minus how often chance lets them, in standard deviations.
double agreement(const std::vector<float>& a, const std::vector<float>& b, double p) {
  double same = 0;
  for (size_t i = 0; i < a.size(); ++i) same += (a[i] == 0) == (b[i] == 0) ? 1 : 0;
  const double chance = p * p + (1 - p) * (1 - p), n = static_cast<double>(a.size());
  return (same - n * chance) / std::sqrt(n * chance * (1 - chance));
}

void mask_drops_its_share() {
  constexpr int64_t kRows = 300, kCols = 500;
  for (const float p : {0.05f, 0.5f, 0.9f}) {
    const std::vector<float> kept = mask({p, 42}, kRows, kCols);
    const double deviation = std::sqrt(p * (1 - p));
    double total = 0;
    double worst_row = 0, worst_col = 0;
    std::vector<double> cols(kCols);
    for (int64_t t = 0; t < kRows; ++t) {
      double row = 0;
      for (int64_t i = 0; i < kCols; ++i) {
        const double dropped = kept[static_cast<size_t>(t * kCols + i)] == 0 ? 1 : 0;
        row += dropped;
        cols[static_cast<size_t>(i)] += dropped;
      }
      total += row;
      worst_row = std::max(worst_row, std::fabs(row - kCols * p) / (deviation * std::sqrt(kCols)));
    }
    for (const double col : cols) {
      worst_col = std::max(worst_col, std::fabs(col - kRows * p) / (deviation * std::sqrt(kRows)));
    }
    check_near(total / (kRows * kCols), p, 4 * deviation / std::sqrt(kRows * kCols), "share");
    check(worst_row < 5 && worst_col < 5, "rows ", worst_row, ", columns ", worst_col, " deviations");
  }
}

void masks_of_other_places_and_keys_are_others() {
  constexpr int64_t kRows = 200, kCols = 400;
  const Dropout dropout{0.3f, 7};
  const std::vector<float> a = mask(dropout, kRows, kCols);
  check(a == mask(dropout, kRows, kCols), "the same key gives the same mask");
  check(std::fabs(agreement(a, mask({0.3f, 8}, kRows, kCols), 0.3)) < 5, "the next key");
  const std::vector<float> next_row(a.begin() + kCols, a.end()), rows(a.begin(), a.end() - kCols);
  check(std::fabs(agreement(rows, next_row, 0.3)) < 5, "the next row");
  const std::vector<float> next_col(a.begin() + 1, a.end()), cols(a.begin(), a.end() - 1);
  check(std::fabs(agreement(cols, next_col, 0.3)) < 5, "the next column");
  // A smaller batch has the same mask in its rows.
  const std::vector<float> fewer = mask(dropout, 3, kCols);
  check(std::equal(fewer.begin(), fewer.end(), a.begin()), "rows do not depend on their number");
}

void gradient_of_the_op() {
  Random random(1);
  const Dropout dropout{0.4f, 9};
  OwnedMatrix x(random, 5, 19), y(5, 19), d_y(random, 5, 19), d_x(5, 19);
  const auto loss = [&] {
    cpu().dropout_forward(dropout, x, y);
    return weighted_sum(y.values, d_y.values);
  };
  cpu().dropout_backward(dropout, d_y, d_x);
  check_gradient("d_x", x.values, d_x.values, loss);
  const std::vector<float> once = d_x.values;
  cpu().dropout_backward(dropout, d_y, d_x);
  for (size_t i = 0; i < once.size(); ++i) check_near(d_x.values[i], 2 * once[i], 1e-6, "d_x adds up");
}

TrainerOptions dropout_options() {
  TrainerOptions options = tiny_options();
  options.dropout = 0.3f;
  options.seed = 11;
  return options;
}

void gradients_with_the_mask_held() {
  for (const ModelConfig& config : {tiny_config(), gemma3_like_config()}) {
    for (const int32_t kept_layers : {0, 2}) {
      TrainerOptions options = dropout_options();
      options.kept_layers = kept_layers;
      const auto model = tiny_model(config);
      const auto trainer = tiny_trainer(*model, options);
      const TinyBatch batch = tiny_batch(config, {9, 1, 5});
      trainer->accumulate(batch.view(), batch.learn.data());
      std::vector<std::vector<float>> gradients;
      for (const LoraMatrixName& matrix : lora_names(config, options)) {
        gradients.push_back(get(*trainer, KAIAKU_STATE_GRADIENT, matrix));
      }
      size_t index = 0;
      for (const LoraMatrixName& matrix : lora_names(config, options)) {
        std::vector<float> weight = get(*trainer, KAIAKU_STATE_WEIGHT, matrix);
        // An update of rate 0 forgets the passes, so that every loss has the mask of the first.
        const auto loss = [&] {
          trainer->update(0);
          trainer->set_step(0);
          trainer->set_tensor(KAIAKU_STATE_WEIGHT, matrix.name, weight.data(), matrix.n);
          return trainer->accumulate(batch.view(), batch.learn.data()).sum;
        };
        check_gradient(matrix.name.c_str(), weight, gradients[index++], loss, 3e-3, 6, 0.01f);
        trainer->set_tensor(KAIAKU_STATE_WEIGHT, matrix.name, weight.data(), matrix.n);
      }
    }
  }
}

void masks_follow_seed_step_and_pass() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const TinyBatch batch = tiny_batch(config, {20});
  const auto losses = [&](const TrainerOptions& options) {
    const auto trainer = tiny_trainer(*model, options);
    std::vector<double> sums;
    for (int step = 0; step < 3; ++step) {
      for (int pass = 0; pass < 2; ++pass) sums.push_back(trainer->accumulate(batch.view(), nullptr).sum);
      trainer->update(0);
    }
    return sums;
  };
  TrainerOptions options = dropout_options();
  const std::vector<double> first = losses(options);
  check(first == losses(options), "the same seed, the same losses");
  options.n_threads = 2;
  options.kept_layers = 0;
  const std::vector<double> threaded = losses(options);
  for (size_t i = 0; i < first.size(); ++i) check_near(threaded[i], first[i], 1e-4, "threads change no mask");
  for (size_t i = 0; i < first.size(); ++i) {
    for (size_t j = 0; j < i; ++j) check(first[i] != first[j], "pass ", i, " has the mask of pass ", j);
  }
  options = dropout_options();
  options.seed = 12;
  check(losses(options)[0] != first[0], "another seed");

  // A run that goes on from a checkpoint meets the same masks.
  const auto resumed = tiny_trainer(*model, dropout_options());
  resumed->set_step(2);
  check(resumed->accumulate(batch.view(), nullptr).sum == first[4], "step 2 again");
}

void evaluation_drops_nothing() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const auto with = tiny_trainer(*model, dropout_options());
  const auto without = tiny_trainer(*model, tiny_options());
  const TinyBatch batch = tiny_batch(config, {20});
  std::vector<float> a(20), b(20);
  with->evaluate(batch.view(), nullptr, true, a.data());
  without->evaluate(batch.view(), nullptr, true, b.data());
  check(a == b, "same bytes");
}

}  // namespace

int main() {
  return run_tests({
      {"mask: drops its share of every row and column", mask_drops_its_share},
      {"mask: another for other places and keys", masks_of_other_places_and_keys_are_others},
      {"op: gradient", gradient_of_the_op},
      {"trainer: gradients with the mask held", gradients_with_the_mask_held},
      {"trainer: masks follow seed, step and pass", masks_follow_seed_step_and_pass},
      {"trainer: evaluation drops nothing", evaluation_drops_nothing},
  });
}
