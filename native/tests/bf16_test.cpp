// bf16 compute against f32, and against itself from another side. The table of tolerances: bf16 keeps 8 bits,
// so that one rounding is off by 0.4 % at the most.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "bf16_units.h"
#include "check.h"
#include "model/decoder.h"
#include "tiny_model.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

constexpr double kLoss = 0.02;  // relative, of a whole pass
constexpr double kGradientCosine = 0.98;
constexpr double kLogits = 0.03;  // of the largest logit

std::vector<ModelConfig> configs() {
  ModelConfig biased = tiny_config();
  biased.attention_bias = 1;
  biased.output_bias = 1;
  biased.tied_embeddings = 0;
  return {tiny_config(), biased, qwen3_like_config(), windowed_config(), gemma3_like_config()};
}

TrainerOptions bf16_options() {
  TrainerOptions options = tiny_options();
  options.compute = KAIAKU_COMPUTE_BF16;
  return options;
}

struct Pass {
  double loss;
  std::vector<float> gradient;
};

Pass pass_of(Trainer& trainer, const ModelConfig& config, const TinyBatch& batch) {
  const Trainer::Loss loss = trainer.accumulate(batch.view(), batch.learn.data());
  Pass pass{loss.sum / static_cast<double>(loss.n_targets), {}};
  for (const LoraMatrixName& matrix : lora_names(config, tiny_options())) {
    const std::vector<float> values = get(trainer, KAIAKU_STATE_GRADIENT, matrix);
    pass.gradient.insert(pass.gradient.end(), values.begin(), values.end());
  }
  return pass;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, a_squares = 0, b_squares = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    a_squares += static_cast<double>(a[i]) * a[i];
    b_squares += static_cast<double>(b[i]) * b[i];
  }
  return product / std::sqrt(a_squares * b_squares);
}

void losses_and_gradients_are_near_those_of_f32() {
  for (ModelConfig config : configs()) {
    const TinyBatch batch = tiny_batch(config, {9, 1, 14});
    const auto exact_model = tiny_model(config);
    const Pass exact = pass_of(*tiny_trainer(*exact_model, tiny_options()), config, batch);
    for (const int32_t weights : {KAIAKU_WEIGHTS_F32, KAIAKU_WEIGHTS_BF16}) {
      config.weights = config.table_weights = weights;
      const auto model = tiny_model(config);
      for (const int32_t kept_layers : {0, 2}) {
        TrainerOptions options = bf16_options();
        options.kept_layers = kept_layers;
        const Pass rounded = pass_of(*tiny_trainer(*model, options), config, batch);
        check_near(rounded.loss, exact.loss, kLoss * exact.loss, "loss");
        check(cosine(rounded.gradient, exact.gradient) > kGradientCosine, "gradient: cosine is ",
              cosine(rounded.gradient, exact.gradient));
      }
    }
  }
}

void nf4_weights_are_dequantised_to_bf16() {
  ModelConfig config = tiny_config();
  config.weights = KAIAKU_WEIGHTS_NF4;
  config.table_weights = KAIAKU_WEIGHTS_BF16;
  const TinyBatch batch = tiny_batch(config, {11, 6});
  const auto model = tiny_model(config);
  const Pass exact = pass_of(*tiny_trainer(*model, tiny_options()), config, batch);
  const Pass rounded = pass_of(*tiny_trainer(*model, bf16_options()), config, batch);
  check_near(rounded.loss, exact.loss, kLoss * exact.loss, "loss");
  check(cosine(rounded.gradient, exact.gradient) > kGradientCosine, "gradient");
}

void training_lowers_the_loss_and_repeats() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const TinyBatch batch = tiny_batch(config, {9, 14});
  std::vector<double> first, second;
  for (std::vector<double>* losses : {&first, &second}) {
    const auto trainer = tiny_trainer(*model, bf16_options());
    for (int step = 0; step < 20; ++step) {
      losses->push_back(trainer->accumulate(batch.view(), batch.learn.data()).sum);
      trainer->update(1e-2f);
    }
  }
  check(first == second, "the same losses twice");
  check(first.back() < 0.8 * first.front(), "from ", first.front(), " to ", first.back());
}

void the_decoder_agrees_with_the_trainer() {
  for (const ModelConfig& config : configs()) {
    const auto model = tiny_model(config);
    const auto trainer = tiny_trainer(*model, bf16_options());
    const std::vector<int32_t> tokens = tiny_batch(config, {12}).tokens;
    const int32_t cu_seqlens[] = {0, static_cast<int32_t>(tokens.size())};
    const auto v = static_cast<size_t>(config.vocab_size);
    std::vector<float> expected(tokens.size() * v);
    trainer->logits({tokens.data(), cu_seqlens[1], cu_seqlens, 1}, true, expected.data());
    const float largest = std::abs(*std::max_element(
        expected.begin(), expected.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }));

    DecoderOptions options{};
    options.struct_size = sizeof options;
    options.n_slots = 1;
    options.slot_tokens = 16;
    options.n_threads = 1;
    options.compute = KAIAKU_COMPUTE_BF16;
    options.use_adapter = 1;
    Decoder decoder(*model, &trainer->adapter(), tiny_options().scaling, options);
    std::vector<float> logits(v);
    decoder.prefill(0, 0, tokens.data(), 5, logits.data());
    for (size_t position = 4;; ++position) {
      for (size_t i = 0; i < v; ++i) {
        check_near(logits[i], expected[position * v + i], kLogits * static_cast<double>(largest), "logit ", i,
                   " at ", position);
      }
      if (position + 1 == tokens.size()) break;
      const int32_t slot = 0;
      decoder.step(&slot, &tokens[position + 1], 1, logits.data());
    }
  }
}

void a_decoder_computes_as_its_trainer() {
  const auto model = tiny_model(tiny_config());
  const auto trainer = tiny_trainer(*model, bf16_options());
  DecoderOptions options{};
  options.struct_size = sizeof options;
  options.n_slots = 1;
  options.slot_tokens = 4;
  try {
    Decoder decoder(*model, &trainer->adapter(), 1, options);
    check(false, "an f32 decoder on a bf16 adapter");
  } catch (const Error& error) {
    check(error.status() == KAIAKU_INVALID_ARGUMENT, error.what());
  }
}

}  // namespace

int main() {
  return run_tests({{"bf16: losses and gradients are near those of f32",
                     [] { with_each_bf16_unit(losses_and_gradients_are_near_those_of_f32); }},
                    {"bf16: NF4 weights", nf4_weights_are_dequantised_to_bf16},
                    {"bf16: training lowers the loss and repeats",
                     [] { with_each_bf16_unit(training_lowers_the_loss_and_repeats); }},
                    {"bf16: the decoder agrees with the trainer", the_decoder_agrees_with_the_trainer},
                    {"bf16: a decoder computes as its trainer", a_decoder_computes_as_its_trainer}});
}
