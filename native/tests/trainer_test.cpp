// Loading, AdamW, checkpoints, memory and the errors of a trainer's arguments.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/cpu_backend.h"
#include "check.h"
#include "tiny_model.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

CpuBackend& cpu() {
  static CpuBackend backend;
  return backend;
}

// One value's steps by the formula of torch.optim.AdamW, in double.
class ReferenceAdamW {
 public:
  ReferenceAdamW(double weight, double lr, double weight_decay)
      : weight_(weight), lr_(lr), decay_(weight_decay) {}

  double step(double g) {
    ++t_;
    weight_ *= 1 - lr_ * decay_;
    m_ = 0.9 * m_ + 0.1 * g;
    v_ = 0.999 * v_ + 0.001 * g * g;
    const double m_hat = m_ / (1 - std::pow(0.9, t_));
    const double v_hat = v_ / (1 - std::pow(0.999, t_));
    return weight_ -= lr_ * m_hat / (std::sqrt(v_hat) + 1e-8);
  }

 private:
  double weight_, lr_, decay_;
  double m_ = 0, v_ = 0;
  int t_ = 0;
};

void adamw_follows_the_formula() {
  const AdamW options{0.1f, 0.9f, 0.999f, 1e-8f, 0.01f};
  float weight = 1, m = 0, v = 0, gradient = 2, half = 0.5f, whole = 1, none = std::nanf("");
  cpu().adamw_step(options, 1, &half, &gradient, &m, &v, &weight, 1);
  // The first step is lr long whatever the gradient: 1 * (1 - 0.1 * 0.01) - 0.1.
  check_near(weight, 0.899, 1e-6, "first step");
  check_near(m, 0.1, 1e-7, "m");
  check_near(v, 0.001, 2e-8, "v");
  const float before[] = {weight, m, v};
  cpu().adamw_step(options, 2, &none, &gradient, &m, &v, &weight, 1);
  check(weight == before[0] && m == before[1] && v == before[2], "no step");

  ReferenceAdamW reference(1, 0.1, 0.01);
  weight = 1, m = 0, v = 0;
  int64_t step = 0;
  for (const float g : {0.3f, -2.0f, 0.0f, 1e-4f, 0.7f}) {
    cpu().adamw_step(options, ++step, &whole, &g, &m, &v, &weight, 1);
    check_near(weight, reference.step(g), 1e-6, "step ", step);
  }
}

void update_divides_by_targets_and_clips() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  TrainerOptions options = tiny_options();
  options.max_grad_norm = 0.05f;
  options.weight_decay = 0.1f;
  const auto trainer = tiny_trainer(*model, options);
  const TinyBatch first = tiny_batch(config, {20}), second = tiny_batch(config, {9, 4}, 4);
  const double n = static_cast<double>(trainer->accumulate(first.view(), first.learn.data()).n_targets +
                                       trainer->accumulate(second.view(), second.learn.data()).n_targets);
  double squares = 0;
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    for (const float g : get(*trainer, KAIAKU_STATE_GRADIENT, matrix)) squares += static_cast<double>(g) * g;
  }
  const double norm = std::sqrt(squares) / n;
  const double factor = std::min(1.0, 0.05 / (norm + 1e-6));
  check(factor < 1, "the norm ", norm, " is to be clipped");

  const LoraMatrixName matrix = lora_names(config, options)[1];
  const std::vector<float> before = get(*trainer, KAIAKU_STATE_WEIGHT, matrix);
  const std::vector<float> gradient = get(*trainer, KAIAKU_STATE_GRADIENT, matrix);
  check_near(trainer->update(0.01f), norm, 1e-5 * norm, "norm before clipping");
  const std::vector<float> after = get(*trainer, KAIAKU_STATE_WEIGHT, matrix);
  const std::vector<float> m = get(*trainer, KAIAKU_STATE_ADAM_M, matrix);
  for (size_t i = 0; i < before.size(); ++i) {
    const double g = gradient[i] / n * factor;
    check_near(m[i], 0.1 * g, 1e-7, "m[", i, "]");
    check_near(after[i], ReferenceAdamW(before[i], 0.01, 0.1).step(g), 1e-6, "weight[", i, "]");
  }
  for (const float g : get(*trainer, KAIAKU_STATE_GRADIENT, matrix)) check(g == 0, "gradients are cleared");
  check(trainer->step() == 1, "step");
  check_error(KAIAKU_WRONG_ORDER, "no target", [&] { trainer->update(0.01f); });
  check_error(KAIAKU_INVALID_ARGUMENT, "lr", [&] { trainer->update(-1); });
}

void b_has_a_rate_of_its_own() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  TrainerOptions options = tiny_options();
  options.weight_decay = 0.1f;
  options.lr_ratio_b = 4;
  const auto trainer = tiny_trainer(*model, options);
  const TinyBatch batch = tiny_batch(config, {20});
  const double n = static_cast<double>(trainer->accumulate(batch.view(), nullptr).n_targets);
  std::vector<std::vector<float>> before, gradients;
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    before.push_back(get(*trainer, KAIAKU_STATE_WEIGHT, matrix));
    gradients.push_back(get(*trainer, KAIAKU_STATE_GRADIENT, matrix));
  }
  trainer->update(0.01f);
  size_t index = 0;
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    const double lr = matrix.name.find("lora_B") == std::string::npos ? 0.01 : 0.04;
    const std::vector<float> after = get(*trainer, KAIAKU_STATE_WEIGHT, matrix);
    for (size_t i = 0; i < after.size(); ++i) {
      const double expected = ReferenceAdamW(before[index][i], lr, 0.1).step(gradients[index][i] / n);
      check_near(after[i], expected, 1e-6, matrix.name, "[", i, "]");
    }
    ++index;
  }
}

void gradients_that_are_not_finite_change_nothing() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const TrainerOptions options = tiny_options();
  const auto trainer = tiny_trainer(*model, options);
  const TinyBatch batch = tiny_batch(config, {20});
  trainer->accumulate(batch.view(), nullptr);
  const LoraMatrixName matrix = lora_names(config, options)[0];
  const std::vector<float> huge(static_cast<size_t>(matrix.n), std::numeric_limits<float>::max());
  for (int i = 0; i < 2; ++i) {  // their sum overflows
    trainer->set_tensor(KAIAKU_STATE_GRADIENT, matrix.name, huge.data(), matrix.n);
  }
  const std::vector<float> before = get(*trainer, KAIAKU_STATE_WEIGHT, matrix);
  check_near(std::log10(trainer->update(0.01f)), 38, 2, "a huge norm is finite in double");

  trainer->accumulate(batch.view(), nullptr);
  check_error(KAIAKU_NOT_FINITE, matrix.name, [&] {
    std::vector<float> bad = huge;
    bad[1] = std::nanf("");
    trainer->set_tensor(KAIAKU_STATE_GRADIENT, matrix.name, bad.data(), matrix.n);
  });
}

void a_loss_that_is_not_finite_adds_no_gradient() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const TrainerOptions options = tiny_options();
  const auto trainer = tiny_trainer(*model, options);
  const TinyBatch batch = tiny_batch(config, {20});
  const LoraMatrixName a = lora_names(config, options)[0];
  const std::vector<float> huge(static_cast<size_t>(a.n), 1e38f);
  trainer->set_tensor(KAIAKU_STATE_WEIGHT, a.name, huge.data(), a.n);
  check_error(KAIAKU_NOT_FINITE, "loss", [&] { trainer->accumulate(batch.view(), nullptr); });
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    for (const float g : get(*trainer, KAIAKU_STATE_GRADIENT, matrix)) check(g == 0, matrix.name);
  }
}

void training_lowers_the_loss_and_repeats() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const TinyBatch batch = tiny_batch(config, {30, 30});
  TrainerOptions options = tiny_options();
  options.n_threads = 2;
  std::vector<double> losses[2];
  for (auto& run : losses) {
    const auto trainer = tiny_trainer(*model, options);
    for (int step = 0; step < 20; ++step) {
      run.push_back(trainer->accumulate(batch.view(), batch.learn.data()).sum);
      trainer->update(0.02f);
    }
  }
  check(losses[0].back() < 0.7 * losses[0].front(), losses[0].front(), " to ", losses[0].back());
  check(losses[0] == losses[1], "two runs give the same losses");
}

void ten_runs_are_the_same_bytes() {
  const ModelConfig config = gemma3_like_config();
  const auto model = tiny_model(config);
  const TinyBatch batches[] = {tiny_batch(config, {30, 30}), tiny_batch(config, {11, 40, 2}, 4)};
  TrainerOptions options = tiny_options();
  options.n_threads = 4;
  options.kept_layers = 1;
  options.dropout = 0.1f;
  options.seed = 5;
  std::vector<std::vector<float>> first;
  for (int run = 0; run < 10; ++run) {
    const auto trainer = tiny_trainer(*model, options);
    for (int step = 0; step < 3; ++step) {
      for (const TinyBatch& batch : batches) trainer->accumulate(batch.view(), batch.learn.data());
      trainer->update(0.02f);
    }
    std::vector<std::vector<float>> weights;
    for (const LoraMatrixName& matrix : lora_names(config, options)) {
      weights.push_back(get(*trainer, KAIAKU_STATE_WEIGHT, matrix));
    }
    if (run == 0) first = weights;
    check(weights == first, "run ", run);
  }
}

void state_tensors_carry_a_run_over() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const TrainerOptions options = tiny_options();
  const TinyBatch batch = tiny_batch(config, {30});
  const auto first = tiny_trainer(*model, options);
  for (int step = 0; step < 3; ++step) {
    first->accumulate(batch.view(), nullptr);
    first->update(0.01f);
  }
  const auto second = tiny_trainer(*model, options, 99);
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    for (const int32_t state : {KAIAKU_STATE_WEIGHT, KAIAKU_STATE_ADAM_M, KAIAKU_STATE_ADAM_V}) {
      second->set_tensor(state, matrix.name, get(*first, state, matrix).data(), matrix.n);
    }
  }
  second->set_step(first->step());
  for (Trainer* trainer : {first.get(), second.get()}) {
    trainer->accumulate(batch.view(), nullptr);
    trainer->update(0.01f);
  }
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    check(get(*first, KAIAKU_STATE_WEIGHT, matrix) == get(*second, KAIAKU_STATE_WEIGHT, matrix), matrix.name);
  }
}

void memory_is_as_planned() {
  for (const int32_t kept_layers : {0, 1, 2}) {
    for (const int32_t tied : {0, 1}) {
      ModelConfig config = tiny_config();
      config.tied_embeddings = tied;
      TrainerOptions options = tiny_options();
      options.kept_layers = kept_layers;
      const auto model = tiny_model(config);
      const Trainer trainer(*model, options);
      const kaiaku_memory plan = plan_memory(config, options), held = trainer.memory();
      check(plan.weights == held.weights && plan.weights == model->bytes(), "weights");
      check(plan.adapter == held.adapter && plan.optimizer == held.optimizer, "adapter and optimiser");
      check(plan.activations == held.activations && plan.workspace == held.workspace,
            "activations and workspace");
    }
  }
}

void a_model_wants_each_tensor_once_and_whole() {
  const ModelConfig config = tiny_config();
  const std::string q = "model.layers.1.self_attn.q_proj.weight";
  const int64_t shape[] = {32, 24};
  const std::vector<float> rows(32 * 24, 0.1f);
  const auto bytes = [](int64_t n) { return n * 24 * static_cast<int64_t>(sizeof(float)); };
  Model model(config);
  const auto set = [&](int64_t first, int64_t n) {
    model.set_rows(q, KAIAKU_TYPE_F32, 2, shape, first, n, rows.data(), bytes(n));
  };
  set_random_tensors(model, 1, {q});
  check_error(KAIAKU_INVALID_ARGUMENT, q, [&] { model.seal(); });
  check_error(KAIAKU_WRONG_ORDER, q, [&] { set(1, 2); });
  set(0, 20);
  check_error(KAIAKU_INVALID_ARGUMENT, "20 of 32", [&] { model.seal(); });
  check_error(KAIAKU_WRONG_ORDER, "row to come is 20", [&] { set(0, 20); });
  check_error(KAIAKU_INVALID_ARGUMENT, "outside", [&] { set(20, 13); });
  check_error(KAIAKU_WRONG_ORDER, "seal", [&] { Trainer(model, tiny_options()); });
  set(20, 12);
  check_error(KAIAKU_WRONG_ORDER, q, [&] { set(0, 1); });
  model.seal();
  check_error(KAIAKU_WRONG_ORDER, "sealed", [&] { set(0, 1); });
}

void a_weight_that_is_not_finite_is_refused() {
  Model model(tiny_config());
  const int64_t shape[] = {24};
  std::vector<float> norm(24, 1.0f);
  norm[23] = std::numeric_limits<float>::infinity();
  const auto set = [&] {
    model.set_rows("model.norm.weight", KAIAKU_TYPE_F32, 1, shape, 0, 1, norm.data(), 24 * 4);
  };
  check_error(KAIAKU_NOT_FINITE, "model.norm.weight", set);
  norm[23] = 1;
  set();  // the row may come again
}

void options_are_checked() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const auto refuses = [&](const char* field, const std::function<void(TrainerOptions&)>& change) {
    TrainerOptions options = tiny_options();
    change(options);
    check_error(KAIAKU_INVALID_ARGUMENT, field, [&] { Trainer(*model, options); });
    check_error(KAIAKU_INVALID_ARGUMENT, field, [&] { plan_memory(config, options); });
  };
  refuses("rank", [](auto& o) { o.rank = 0; });
  refuses("k_proj", [](auto& o) { o.rank = 17; });  // k has 16 outputs
  refuses("targets", [](auto& o) { o.targets = 0; });
  refuses("targets", [](auto& o) { o.targets = 128; });
  refuses("max_tokens", [](auto& o) { o.max_tokens = 0; });
  refuses("kept_layers", [](auto& o) { o.kept_layers = 3; });
  refuses("reserved", [](auto& o) { o.reserved = 1; });
  refuses("dropout", [](auto& o) { o.dropout = 1; });
  refuses("lr_ratio_b", [](auto& o) { o.lr_ratio_b = 0; });
  refuses("n_threads", [](auto& o) { o.n_threads = -1; });
  refuses("scaling", [](auto& o) { o.scaling = std::nanf(""); });
  refuses("beta1", [](auto& o) { o.beta1 = 1; });
  refuses("beta2", [](auto& o) { o.beta2 = -0.1f; });
  refuses("eps", [](auto& o) { o.eps = 0; });
  refuses("weight_decay", [](auto& o) { o.weight_decay = -1; });
  refuses("max_grad_norm", [](auto& o) { o.max_grad_norm = std::numeric_limits<float>::infinity(); });
}

void configs_are_checked() {
  const auto refuses = [](int32_t status, const char* field,
                          const std::function<void(ModelConfig&)>& change) {
    ModelConfig config = tiny_config();
    change(config);
    check_error(status, field, [&] { Model model(config); });
  };
  refuses(KAIAKU_UNSUPPORTED, "device", [](auto& c) { c.device = 0; });
  refuses(KAIAKU_UNSUPPORTED, "activation", [](auto& c) { c.activation = 7; });
  refuses(KAIAKU_UNSUPPORTED, "weights", [](auto& c) { c.weights = 7; });
  refuses(KAIAKU_INVALID_ARGUMENT, "n_layers", [](auto& c) { c.n_layers = 0; });
  refuses(KAIAKU_INVALID_ARGUMENT, "hidden_size", [](auto& c) { c.hidden_size = -4; });
  refuses(KAIAKU_INVALID_ARGUMENT, "intermediate_size", [](auto& c) { c.intermediate_size = 1 << 30; });
  refuses(KAIAKU_INVALID_ARGUMENT, "head_dim", [](auto& c) { c.head_dim = 12; });
  refuses(KAIAKU_INVALID_ARGUMENT, "head_dim", [](auto& c) { c.head_dim = 264; });
  refuses(KAIAKU_INVALID_ARGUMENT, "n_heads", [](auto& c) { c.n_heads = 0; });
  refuses(KAIAKU_INVALID_ARGUMENT, "n_kv_heads", [](auto& c) { c.n_kv_heads = 3; });
  refuses(KAIAKU_INVALID_ARGUMENT, "vocab_size", [](auto& c) { c.vocab_size = 0; });
  refuses(KAIAKU_INVALID_ARGUMENT, "tied_embeddings", [](auto& c) { c.tied_embeddings = 2; });
  refuses(KAIAKU_INVALID_ARGUMENT, "attention_bias", [](auto& c) { c.attention_bias = -1; });
  refuses(KAIAKU_INVALID_ARGUMENT, "output_bias", [](auto& c) { c.output_bias = 5; });
  refuses(KAIAKU_INVALID_ARGUMENT, "qk_norm", [](auto& c) { c.qk_norm = 2; });
  refuses(KAIAKU_INVALID_ARGUMENT, "post_norms", [](auto& c) { c.post_norms = -1; });
  refuses(KAIAKU_INVALID_ARGUMENT, "embedding_scale", [](auto& c) { c.embedding_scale = 0; });
  refuses(KAIAKU_INVALID_ARGUMENT, "attention_scale", [](auto& c) { c.attention_scale = std::nanf(""); });
  refuses(KAIAKU_INVALID_ARGUMENT, "sliding_window", [](auto& c) { c.sliding_window = -1; });
  refuses(KAIAKU_INVALID_ARGUMENT, "sliding_window", [](auto& c) {
    c = windowed_config();
    c.sliding_window = 0;
  });
  refuses(KAIAKU_INVALID_ARGUMENT, "rms_norm_eps", [](auto& c) { c.rms_norm_eps = std::nanf(""); });
}

void batches_are_checked() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const auto trainer = tiny_trainer(*model, tiny_options());
  const auto refuses = [&](const char* word, const std::function<void(TinyBatch&)>& change) {
    TinyBatch batch = tiny_batch(config, {4, 6});
    change(batch);
    check_error(KAIAKU_INVALID_ARGUMENT, word,
                [&] { trainer->accumulate(batch.view(), batch.learn.data()); });
  };
  refuses("tokens[7]", [](auto& b) { b.tokens[7] = 31; });
  refuses("tokens[0]", [](auto& b) { b.tokens[0] = -1; });
  refuses("learn[2]", [](auto& b) { b.learn[2] = 7; });
  refuses("cu_seqlens[0]", [](auto& b) { b.cu_seqlens[0] = 1; });
  refuses("cu_seqlens[1]", [](auto& b) { b.cu_seqlens[1] = 0; });
  refuses("cu_seqlens[2]", [](auto& b) { b.cu_seqlens[2] = 9; });
  refuses("n_sequences", [](auto& b) { b.cu_seqlens = {0}; });
  refuses("n_tokens", [](auto& b) { b.tokens.clear(); });
  refuses("max_tokens", [](auto& b) { b.tokens.resize(65); });
}

void a_batch_without_targets_adds_nothing() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  const auto trainer = tiny_trainer(*model, tiny_options());
  TinyBatch batch = tiny_batch(config, {1, 1, 5});
  std::fill(batch.learn.begin() + 2, batch.learn.end(), uint8_t{0});
  const Trainer::Loss loss = trainer->accumulate(batch.view(), batch.learn.data());
  check(loss.sum == 0 && loss.n_targets == 0, "loss ", loss.sum, " of ", loss.n_targets);
}

void calls_leave_the_thread_count_alone() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  TrainerOptions options = tiny_options();
  options.n_threads = 3;
  const auto trainer = tiny_trainer(*model, options);
  const int before = omp_get_max_threads();
  const TinyBatch batch = tiny_batch(config, {20});
  trainer->accumulate(batch.view(), nullptr);
  trainer->update(0.01f);
  check(omp_get_max_threads() == before, omp_get_max_threads(), " threads, before ", before);
}

}  // namespace

int main() {
  return run_tests({
      {"adamw: follows torch's formula", adamw_follows_the_formula},
      {"update: divides by the targets, then clips", update_divides_by_targets_and_clips},
      {"B has a rate of its own", b_has_a_rate_of_its_own},
      {"update: huge gradients, and those that are not finite", gradients_that_are_not_finite_change_nothing},
      {"accumulate: a loss that is not finite adds no gradient", a_loss_that_is_not_finite_adds_no_gradient},
      {"training lowers the loss, and repeats itself", training_lowers_the_loss_and_repeats},
      {"ten runs are the same bytes", ten_runs_are_the_same_bytes},
      {"state tensors carry a run over", state_tensors_carry_a_run_over},
      {"memory is as planned", memory_is_as_planned},
      {"model: wants each tensor once and whole", a_model_wants_each_tensor_once_and_whole},
      {"model: refuses weights that are not finite", a_weight_that_is_not_finite_is_refused},
      {"options are checked", options_are_checked},
      {"configs are checked", configs_are_checked},
      {"batches are checked", batches_are_checked},
      {"calls leave the caller's thread count alone", calls_leave_the_thread_count_alone},
      {"accumulate: a batch without targets adds nothing", a_batch_without_targets_adds_nothing},
  });
}
