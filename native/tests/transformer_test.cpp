// The whole model: gradients of every LoRA matrix, packing, recomputation, variants of the architecture.
#include <algorithm>
#include <cstring>

#include "check.h"
#include "gradient_check.h"
#include "tiny_model.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

double loss_of(Trainer& trainer, const TinyBatch& batch) {
  std::vector<float> nll(batch.tokens.size());
  trainer.evaluate(batch.view(), batch.learn.data(), true, nll.data());
  double sum = 0;
  for (const float value : nll) sum += value;
  return sum;
}

// Every gradient of the adapter against finite differences of the loss.
void check_gradients(const ModelConfig& config, const TrainerOptions& options) {
  const auto model = tiny_model(config);
  const auto trainer = tiny_trainer(*model, options);
  const TinyBatch batch = tiny_batch(config, {9, 1, 5});
  trainer->accumulate(batch.view(), batch.learn.data());
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    std::vector<float> weight = get(*trainer, KAIAKU_STATE_WEIGHT, matrix);
    const std::vector<float> gradient = get(*trainer, KAIAKU_STATE_GRADIENT, matrix);
    const auto loss = [&] {
      trainer->set_tensor(KAIAKU_STATE_WEIGHT, matrix.name, weight.data(), matrix.n);
      return loss_of(*trainer, batch);
    };
    check_gradient(matrix.name.c_str(), weight, gradient, loss, 3e-3, 6, 0.01f);
    trainer->set_tensor(KAIAKU_STATE_WEIGHT, matrix.name, weight.data(), matrix.n);
  }
}

void gradients_of_all_linears() {
  check_gradients(tiny_config(), tiny_options());
}

void gradients_with_recompute() {
  TrainerOptions options = tiny_options();
  for (const int32_t kept : {0, 1}) {
    options.kept_layers = kept;
    check_gradients(tiny_config(), options);
  }
}

void gradients_with_biases_and_untied_head() {
  ModelConfig config = tiny_config();
  config.attention_bias = 1;
  config.output_bias = 1;
  config.tied_embeddings = 0;
  check_gradients(config, tiny_options());
}

void gradients_with_norms_of_heads() {
  check_gradients(qwen3_like_config(), tiny_options());
}

void gradients_with_windows() {
  check_gradients(windowed_config(), tiny_options());
}

void gradients_with_everything() {
  TrainerOptions options = tiny_options();
  for (const int32_t kept : {0, 2}) {
    options.kept_layers = kept;
    check_gradients(gemma3_like_config(), options);
  }
}

void gradients_of_some_linears() {
  for (const int32_t targets : {KAIAKU_TARGET_Q | KAIAKU_TARGET_V, KAIAKU_TARGET_K,
                                KAIAKU_TARGET_UP | KAIAKU_TARGET_O, +KAIAKU_TARGET_DOWN}) {
    TrainerOptions options = tiny_options();
    options.targets = targets;
    check_gradients(tiny_config(), options);
  }
}

void check_recompute(const ModelConfig& config) {
  const auto model = tiny_model(config);
  TrainerOptions options = tiny_options();
  const auto kept = tiny_trainer(*model, options);
  const TinyBatch batch = tiny_batch(config, {30, 12});
  const double loss = kept->accumulate(batch.view(), nullptr).sum;
  for (const int32_t kept_layers : {0, 1}) {
    options.kept_layers = kept_layers;
    const auto recomputed = tiny_trainer(*model, options);
    check(recomputed->accumulate(batch.view(), nullptr).sum == loss, "loss");
    for (const LoraMatrixName& matrix : lora_names(config, options)) {
      check(get(*kept, KAIAKU_STATE_GRADIENT, matrix) == get(*recomputed, KAIAKU_STATE_GRADIENT, matrix),
            matrix.name);
    }
    check(kept->memory().activations > recomputed->memory().activations, "recomputation keeps less");
  }
}

void recompute_changes_no_byte() {
  for (const ModelConfig& config : {tiny_config(), gemma3_like_config()}) check_recompute(config);
}

void check_packing(const ModelConfig& config) {
  const auto model = tiny_model(config);
  const TrainerOptions options = tiny_options();
  const auto packed = tiny_trainer(*model, options);
  const auto separate = tiny_trainer(*model, options);
  const TinyBatch batch = tiny_batch(config, {17, 1, 23, 8});
  std::vector<float> nll(batch.tokens.size());
  packed->evaluate(batch.view(), nullptr, true, nll.data());
  const Trainer::Loss whole = packed->accumulate(batch.view(), batch.learn.data());

  Trainer::Loss sum{0, 0};
  for (size_t s = 0; s + 1 < batch.cu_seqlens.size(); ++s) {
    const int32_t first = batch.cu_seqlens[s];
    const int32_t cu_seqlens[] = {0, batch.cu_seqlens[s + 1] - first};
    const Batch alone{&batch.tokens[static_cast<size_t>(first)], cu_seqlens[1], cu_seqlens, 1};
    std::vector<float> nll_alone(static_cast<size_t>(cu_seqlens[1]));
    separate->evaluate(alone, nullptr, true, nll_alone.data());
    for (size_t t = 0; t < nll_alone.size(); ++t) {
      check_near(nll[static_cast<size_t>(first) + t], nll_alone[t], 1e-5, "nll of sequence ", s, " token ",
                 t);
    }
    const Trainer::Loss loss = separate->accumulate(alone, &batch.learn[static_cast<size_t>(first)]);
    sum.sum += loss.sum;
    sum.n_targets += loss.n_targets;
  }
  check(sum.n_targets == whole.n_targets, "targets");
  check_near(sum.sum, whole.sum, 1e-4, "loss");
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    const std::vector<float> a = get(*packed, KAIAKU_STATE_GRADIENT, matrix);
    const std::vector<float> b = get(*separate, KAIAKU_STATE_GRADIENT, matrix);
    for (size_t i = 0; i < a.size(); ++i) check_near(a[i], b[i], 1e-4, matrix.name, "[", i, "]");
  }
}

void packed_equals_separate() {
  for (const ModelConfig& config : {tiny_config(), windowed_config(), gemma3_like_config()}) {
    check_packing(config);
  }
}

void a_window_hides_what_is_older() {
  // Two layers of a window of 4 carry a token 6 positions on, and no further.
  const ModelConfig config = windowed_config();
  const auto model = tiny_model(config);
  const auto trainer = tiny_trainer(*model, tiny_options());
  TinyBatch batch = tiny_batch(config, {20});
  const size_t v = static_cast<size_t>(config.vocab_size);
  std::vector<float> before(20 * v), after(20 * v);
  trainer->logits(batch.view(), true, before.data());
  batch.tokens[5] = (batch.tokens[5] + 1) % config.vocab_size;
  trainer->logits(batch.view(), true, after.data());
  for (size_t t = 0; t < 20; ++t) {
    const bool same = std::equal(&before[t * v], &before[t * v] + v, &after[t * v]);
    check(same == (t < 5 || t > 5 + 6), "token ", t);
  }
}

void chunks_of_the_head_add_up() {
  // 700 tokens are more than one chunk of the head holds.
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  TrainerOptions options = tiny_options();
  options.max_tokens = 700;
  const auto trainer = tiny_trainer(*model, options);
  const TinyBatch batch = tiny_batch(config, {200, 300, 200});
  const size_t v = static_cast<size_t>(config.vocab_size);
  std::vector<float> logits(700 * v);
  std::vector<float> nll(700);
  trainer->logits(batch.view(), true, logits.data());
  trainer->evaluate(batch.view(), nullptr, true, nll.data());
  double sum = 0;
  for (size_t t = 1; t < 700; ++t) {
    if (t == 200 || t == 500) {
      check(nll[t] == 0, "the first token of a sequence has no prediction");
      continue;
    }
    const float* row = &logits[(t - 1) * v];
    double total = 0;
    for (size_t i = 0; i < v; ++i) total += std::exp(static_cast<double>(row[i]));
    check_near(nll[t], std::log(total) - row[batch.tokens[t]], 1e-4, "nll ", t);
    sum += nll[t];
  }
  const Trainer::Loss loss = trainer->accumulate(batch.view(), nullptr);
  check(loss.n_targets == 697, loss.n_targets, " targets");
  check_near(loss.sum, sum, 1e-2, "loss");
}

void zero_b_is_the_base() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const TrainerOptions options = tiny_options();
  const auto trainer = tiny_trainer(*model, options);
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    if (matrix.name.find("lora_B") == std::string::npos) continue;
    trainer->set_tensor(KAIAKU_STATE_WEIGHT, matrix.name,
                        std::vector<float>(static_cast<size_t>(matrix.n)).data(), matrix.n);
  }
  const TinyBatch batch = tiny_batch(config, {20});
  std::vector<float> with(20), without(20);
  trainer->evaluate(batch.view(), nullptr, true, with.data());
  trainer->evaluate(batch.view(), nullptr, false, without.data());
  check(with == without, "same bytes");
}

void hidden_states_lead_to_the_logits() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const auto trainer = tiny_trainer(*model, tiny_options());
  const TinyBatch batch = tiny_batch(config, {6, 5});
  const size_t d = static_cast<size_t>(config.hidden_size), v = static_cast<size_t>(config.vocab_size);
  std::vector<float> hidden(11 * d), logits(11 * v);
  trainer->hidden(batch.view(), true, 0, hidden.data());
  for (size_t t = 0; t < 11; ++t) {
    const float* row = static_cast<const float*>(model->weights().embedding.stored(0).data) +
                       static_cast<size_t>(batch.tokens[t]) * d;
    check(std::equal(row, row + d, &hidden[t * d]), "hidden 0 is the embedding");
  }
  trainer->hidden(batch.view(), true, config.n_layers, hidden.data());
  trainer->logits(batch.view(), true, logits.data());
  for (size_t t = 0; t < 11; ++t) {
    for (size_t i = 0; i < v; ++i) {
      const float* head = static_cast<const float*>(model->weights().head().stored(0).data) + i * d;
      double sum = 0;
      for (size_t c = 0; c < d; ++c) sum += static_cast<double>(hidden[t * d + c]) * head[c];
      check_near(logits[t * v + i], sum, 1e-4, "logit");
    }
  }
  check_error(KAIAKU_INVALID_ARGUMENT, "layer",
              [&] { trainer->hidden(batch.view(), true, 3, hidden.data()); });
}

}  // namespace

int main() {
  return run_tests({
      {"gradients: all linears", gradients_of_all_linears},
      {"gradients: recomputation", gradients_with_recompute},
      {"gradients: biases and untied head", gradients_with_biases_and_untied_head},
      {"gradients: norms of q's and k's heads", gradients_with_norms_of_heads},
      {"gradients: sliding windows", gradients_with_windows},
      {"gradients: every feature at once", gradients_with_everything},
      {"gradients: some linears only", gradients_of_some_linears},
      {"recomputation changes no byte", recompute_changes_no_byte},
      {"a packed batch equals its sequences run alone", packed_equals_separate},
      {"a window hides what is older", a_window_hides_what_is_older},
      {"chunks of the head add up", chunks_of_the_head_add_up},
      {"an adapter with B = 0 is the base", zero_b_is_the_base},
      {"hidden states lead to the logits", hidden_states_lead_to_the_logits},
  });
}
