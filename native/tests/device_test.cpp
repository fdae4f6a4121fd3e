// Whole models on a device in bf16 against the processor in f32. The table of tolerances is bf16_test's.
#include "device.h"

#include <algorithm>
#include <cmath>

#include "model/decoder.h"
#include "tiny_model.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

constexpr double kLoss = 0.02;  // relative, of a whole pass
constexpr double kGradientCosine = 0.98;
constexpr double kLogits = 0.03;  // of the largest logit

TrainerOptions options_of(int32_t compute) {
  TrainerOptions options = tiny_options();
  options.compute = compute;
  options.max_grad_norm = 1;
  return options;
}

TrainerOptions bf16_options() {
  return options_of(KAIAKU_COMPUTE_BF16);
}

std::vector<ModelConfig> configs() {
  ModelConfig biased = tiny_config();
  biased.attention_bias = 1;
  biased.output_bias = 1;
  biased.tied_embeddings = 0;
  return {tiny_config(), biased, qwen3_like_config(), windowed_config(), gemma3_like_config()};
}

std::unique_ptr<Model> model_on(int32_t device, ModelConfig config) {
  config.device = device;
  return tiny_model(config);
}

std::vector<float> gradient_of(const Trainer& trainer, const ModelConfig& config) {
  std::vector<float> all;
  for (const LoraMatrixName& matrix : lora_names(config, tiny_options())) {
    const std::vector<float> values = get(trainer, KAIAKU_STATE_GRADIENT, matrix);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
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

int64_t free_bytes() {
  kaiaku_device_info info{};
  if (device_count() > 0) device_get(0, &info);
  return info.free_bytes;
}

bool is_emulated() {
  kaiaku_device_info info{};
  if (device_count() > 0) device_get(0, &info);
  return std::string(info.name).find("emulated") != std::string::npos;
}

class DeviceTest {
 public:
  explicit DeviceTest(int32_t device) : device_(device) {}

  void losses_and_gradients() const {
    for (const ModelConfig& config : configs()) {
      const TinyBatch batch = tiny_batch(config, {9, 1, 14});
      const auto exact_model = model_on(-1, config), model = model_on(device_, config);
      const auto exact = tiny_trainer(*exact_model, options_of(KAIAKU_COMPUTE_F32));
      const double expected = exact->accumulate(batch.view(), batch.learn.data()).sum;
      std::vector<float> first;
      for (const int32_t kept_layers : {2, 0}) {
        TrainerOptions options = bf16_options();
        options.kept_layers = kept_layers;
        const auto trainer = tiny_trainer(*model, options);
        check_near(trainer->accumulate(batch.view(), batch.learn.data()).sum, expected, kLoss * expected,
                   "loss");
        const std::vector<float> gradient = gradient_of(*trainer, config);
        check(cosine(gradient, gradient_of(*exact, config)) > kGradientCosine, "gradient: cosine is ",
              cosine(gradient, gradient_of(*exact, config)));
        if (first.empty()) first = gradient;
        check(gradient == first, "recomputation changes no byte");
      }
    }
  }

  void weights_in_every_form() const {
    for (const int32_t weights : {KAIAKU_WEIGHTS_NF4, KAIAKU_WEIGHTS_BF16, KAIAKU_WEIGHTS_FILE}) {
      ModelConfig config = tiny_config();
      config.weights = weights;
      config.table_weights = weights == KAIAKU_WEIGHTS_NF4 ? KAIAKU_WEIGHTS_BF16 : weights;
      const TinyBatch batch = tiny_batch(config, {11, 6});
      const auto exact_model = model_on(-1, config), model = model_on(device_, config);
      check(model->bytes() == exact_model->bytes(), "as many bytes");
      const auto exact = tiny_trainer(*exact_model, options_of(KAIAKU_COMPUTE_F32));
      const auto trainer = tiny_trainer(*model, bf16_options());
      const double expected = exact->accumulate(batch.view(), nullptr).sum;
      check_near(trainer->accumulate(batch.view(), nullptr).sum, expected, kLoss * expected, "loss, form ",
                 weights);
      check(cosine(gradient_of(*trainer, config), gradient_of(*exact, config)) > kGradientCosine, "gradient");
      if (weights != KAIAKU_WEIGHTS_NF4) continue;
      const std::string name = "model.layers.1.mlp.gate_proj.weight";
      const Nf4Bytes on_device = model->nf4(name), on_processor = exact_model->nf4(name);
      check(on_device.packed == on_processor.packed && on_device.absmax == on_processor.absmax &&
                on_device.nested_absmax == on_processor.nested_absmax &&
                on_device.nested_offset == on_processor.nested_offset,
            "the bytes of NF4");
    }
  }

  // A few updates with dropout, clipping and two micro-batches each, twice; then on from the processor's
  // state.
  void training() const {
    const ModelConfig config = tiny_config();
    const auto model = model_on(device_, config), exact_model = model_on(-1, config);
    const TinyBatch batches[] = {tiny_batch(config, {9, 14}), tiny_batch(config, {12}, 4)};
    const auto train = [&](const Model& on, TrainerOptions options, double dropout) {
      options.dropout = static_cast<float>(dropout);
      options.seed = 3;
      const auto trainer = tiny_trainer(on, options);
      std::vector<double> losses;
      for (int step = 0; step < 4; ++step) {
        for (const TinyBatch& batch : batches) {
          losses.push_back(trainer->accumulate(batch.view(), batch.learn.data()).sum);
        }
        trainer->update(1e-2f);
      }
      return losses;
    };
    const std::vector<double> exact = train(*exact_model, options_of(KAIAKU_COMPUTE_F32), 0.1);
    const std::vector<double> losses = train(*model, bf16_options(), 0.1);
    check(losses == train(*model, bf16_options(), 0.1), "the same losses twice");
    check(losses[6] < losses[0], "the loss falls");
    for (size_t i = 0; i < losses.size(); ++i)
      check_near(losses[i], exact[i], 2 * kLoss * exact[i], "loss ", i);

    const auto from = tiny_trainer(*exact_model, options_of(KAIAKU_COMPUTE_F32));
    const auto to = tiny_trainer(*model, bf16_options(), 99);
    from->accumulate(batches[0].view(), nullptr);
    from->update(1e-2f);
    for (const LoraMatrixName& matrix : lora_names(config, tiny_options())) {
      for (const int32_t state : {KAIAKU_STATE_WEIGHT, KAIAKU_STATE_ADAM_M, KAIAKU_STATE_ADAM_V}) {
        to->set_tensor(state, matrix.name, get(*from, state, matrix).data(), matrix.n);
        check(get(*to, state, matrix) == get(*from, state, matrix), "state of ", matrix.name);
      }
    }
    to->set_step(1);
    for (Trainer* trainer : {from.get(), to.get()}) {
      trainer->accumulate(batches[1].view(), nullptr);
      trainer->update(1e-2f);
    }
    const double expected = from->accumulate(batches[0].view(), nullptr).sum;
    check_near(to->accumulate(batches[0].view(), nullptr).sum, expected, kLoss * expected, "loss of both");
  }

  void evaluation_and_decoding() const {
    for (const ModelConfig& config : {qwen3_like_config(), windowed_config()}) {
      const auto model = model_on(device_, config), exact_model = model_on(-1, config);
      const auto trainer = tiny_trainer(*model, bf16_options());
      const auto exact = tiny_trainer(*exact_model, options_of(KAIAKU_COMPUTE_F32));
      const TinyBatch batch = tiny_batch(config, {12});
      const auto v = static_cast<size_t>(config.vocab_size), d = static_cast<size_t>(config.hidden_size);
      std::vector<float> expected(12 * v), logits(12 * v), hidden(12 * d), exact_hidden(12 * d), nll(12),
          exact_nll(12);
      for (const bool use_adapter : {false, true}) {
        trainer->logits(batch.view(), use_adapter, logits.data());
        exact->logits(batch.view(), use_adapter, expected.data());
        check_close("logits", logits, expected, kLogits);
      }
      for (const int64_t layer : {0, 1, 2}) {
        trainer->hidden(batch.view(), true, layer, hidden.data());
        exact->hidden(batch.view(), true, layer, exact_hidden.data());
        check_close("hidden", hidden, exact_hidden, kLogits);
      }
      for (Trainer* each : {trainer.get(), exact.get()}) each->collect_squares(true);
      trainer->evaluate(batch.view(), nullptr, true, nll.data());
      exact->evaluate(batch.view(), nullptr, true, exact_nll.data());
      check_close("nll", nll, exact_nll, kLogits);
      std::vector<float> squares(d), exact_squares(d);
      trainer->squares().get("model.layers.1.mlp.up_proj", squares.data(), config.hidden_size);
      exact->squares().get("model.layers.1.mlp.up_proj", exact_squares.data(), config.hidden_size);
      check_close("squares", squares, exact_squares, kLogits);

      DecoderOptions options{};
      options.struct_size = sizeof options;
      options.n_slots = 2;
      options.slot_tokens = 16;
      options.n_threads = 1;
      options.compute = KAIAKU_COMPUTE_BF16;
      options.use_adapter = 1;
      Decoder decoder(*model, &trainer->adapter(), trainer->scaling(), options);
      std::vector<float> row(v);
      decoder.prefill(1, 0, batch.tokens.data(), 5, row.data());
      for (size_t t = 4;; ++t) {
        const auto first = expected.begin() + static_cast<std::ptrdiff_t>(t * v);
        check_close(text("decoded logits at ", t), row, {first, first + static_cast<std::ptrdiff_t>(v)},
                    2 * kLogits);
        if (t + 1 == batch.tokens.size()) break;
        const int32_t slot = 1;
        decoder.step(&slot, &batch.tokens[t + 1], 1, row.data());
      }
    }
  }

  // However memory is laid out, the same bytes come out.
  void layouts_of_memory() const {
    for (ModelConfig config : {qwen3_like_config(), gemma3_like_config()}) {
      config.n_layers = 5;
      config.local_layers = nullptr;
      config.sliding_window = 0;
      config.weights = KAIAKU_WEIGHTS_NF4;
      config.table_weights = KAIAKU_WEIGHTS_BF16;
      config.tied_embeddings = 0;
      const TinyBatch batches[] = {tiny_batch(config, {9, 1}), tiny_batch(config, {7}, 5)};
      const auto model = model_on(device_, config);
      const auto train = [&](const Model& on, const TrainerOptions& options) {
        const auto trainer = tiny_trainer(on, options);
        std::vector<float> result;
        for (const TinyBatch& batch : batches) {
          result.push_back(static_cast<float>(trainer->accumulate(batch.view(), nullptr).sum));
          const std::vector<float> gradient = gradient_of(*trainer, config);
          result.insert(result.end(), gradient.begin(), gradient.end());
          result.push_back(trainer->update(1e-2f));
        }
        std::vector<float> nll(batches[0].tokens.size());
        trainer->evaluate(batches[0].view(), nullptr, true, nll.data());
        result.insert(result.end(), nll.begin(), nll.end());
        return result;
      };
      TrainerOptions options = bf16_options();
      options.kept_layers = config.n_layers;
      const std::vector<float> plain = train(*model, options);
      // Layers kept and cached, of 5; where fewer are kept, the inputs of the others take turns.
      const std::pair<int32_t, int32_t> layouts[] = {{0, 0}, {0, 1}, {1, 3}, {2, 0}, {4, 6}};
      for (const auto& [kept_layers, cached_layers] : layouts) {
        options.kept_layers = kept_layers;
        options.cached_layers = cached_layers;
        options.offload = device_ >= 0;
        check(train(*model, options) == plain, "kept ", kept_layers, ", cached ", cached_layers);
      }
      if (device_ < 0) continue;
      config.host_embedding = 1;
      const auto lighter = model_on(device_, config);
      check(train(*lighter, options) == plain, "embedding in the host's memory");
      check(lighter->bytes() + lighter->host_bytes() == model->bytes(), "bytes move to the host");
    }
  }

  void eight_bit_tables() const {
    ModelConfig config = tiny_config(), whole = config;
    config.hidden_size = whole.hidden_size = 32;
    config.tied_embeddings = whole.tied_embeddings = 0;
    config.table_weights = KAIAKU_WEIGHTS_Q8_0;
    config.host_embedding = device_ >= 0;
    const TinyBatch batch = tiny_batch(config, {11, 6});
    const auto exact_model = model_on(-1, whole), model = model_on(device_, config);
    const auto exact = tiny_trainer(*exact_model, options_of(KAIAKU_COMPUTE_F32));
    const auto trainer = tiny_trainer(*model, bf16_options());
    const double expected = exact->accumulate(batch.view(), nullptr).sum;
    check_near(trainer->accumulate(batch.view(), nullptr).sum, expected, kLoss * expected, "loss");
    check(cosine(gradient_of(*trainer, config), gradient_of(*exact, config)) > kGradientCosine, "gradient");
  }

  // The plan is what is taken, to the byte where the device tells bytes; a step takes nothing more.
  void memory_is_as_planned() const {
    for (const bool lean : {false, true}) {
      ModelConfig config = tiny_config();
      config.device = device_;
      config.weights = KAIAKU_WEIGHTS_NF4;
      config.table_weights = KAIAKU_WEIGHTS_BF16;
      config.tied_embeddings = 0;
      config.host_embedding = lean && device_ >= 0;
      TrainerOptions options = bf16_options();
      options.kept_layers = lean ? 0 : 2;
      options.offload = lean && device_ >= 0;
      options.cached_layers = lean ? 0 : 2;
      const int64_t before = free_bytes();
      const auto model = tiny_model(config);
      const auto trainer = tiny_trainer(*model, options);
      const kaiaku_memory plan = plan_memory(config, options), held = trainer->memory();
      check(plan.weights == held.weights && plan.adapter == held.adapter &&
                plan.optimizer == held.optimizer && plan.activations == held.activations &&
                plan.workspace == held.workspace && plan.host == held.host,
            "memory");
      check((plan.host > 0) == (lean && device_ >= 0), "bytes of the host");
      if (device_ < 0) continue;
      const int64_t taken = before - free_bytes();
      const int64_t planned =
          plan.weights + plan.adapter + plan.optimizer + plan.activations + plan.workspace;
      if (is_emulated()) check(taken == planned, "taken: ", taken, ", planned: ", planned);
      const TinyBatch batch = tiny_batch(config, {9, 14});
      trainer->accumulate(batch.view(), nullptr);
      trainer->update(1e-3f);
      const int64_t after_a_step = free_bytes();
      check(!is_emulated() || before - after_a_step == taken, "the first step took memory");
      trainer->accumulate(batch.view(), nullptr);
      trainer->update(1e-3f);
      check(free_bytes() == after_a_step, "a step took memory");
    }
  }

  void what_cannot_be_is_refused() const {
    ModelConfig config = tiny_config();
    config.device = device_count() + 3;
    check_error(KAIAKU_UNSUPPORTED, text("device ", config.device), [&] { tiny_model(config); });
    if (device_ < 0) return;
    const auto model = model_on(device_, tiny_config());
    check_error(KAIAKU_UNSUPPORTED, "bf16", [&] { Trainer(*model, options_of(KAIAKU_COMPUTE_F32)); });
  }

 private:
  const int32_t device_;
};

}  // namespace

int main(int argc, char** argv) {
  const int32_t device = device_of(argc, argv);
  if (device >= 0 && device_count() == 0) return kSkipped;
  const DeviceTest test(device);
  return run_tests({
      {"losses and gradients are near those of f32", [&] { test.losses_and_gradients(); }},
      {"weights in every form", [&] { test.weights_in_every_form(); }},
      {"training repeats, and goes on from the processor's state", [&] { test.training(); }},
      {"evaluation and decoding", [&] { test.evaluation_and_decoding(); }},
      {"layouts of memory change no byte", [&] { test.layouts_of_memory(); }},
      {"tables in 8 bits", [&] { test.eight_bit_tables(); }},
      {"memory is as planned", [&] { test.memory_is_as_planned(); }},
      {"what cannot be is refused", [&] { test.what_cannot_be_is_refused(); }},
  });
}
