#include <algorithm>
#include <cstdio>
#include <map>

#include "backend/devices.h"
#include "bench.h"
#include "profiled_backend.h"

namespace kaiaku::bench {
namespace {

// Floating-point operations of one step that no way of computing can avoid: forward and the gradient of the
// input of every frozen linear, LoRA three times, attention 3.5 times, the head twice for target rows.
double useful_flops(const ModelConfig& config, const Options& options, int64_t n_targets) {
  double linear = 0;
  double lora = 0;
  for (const LinearFacts& facts : linears_of(config)) {
    linear += static_cast<double>(facts.in * facts.out);
    lora += static_cast<double>(options.rank) * static_cast<double>(facts.in + facts.out);
  }
  const double tokens = options.tokens;
  const double layers = config.n_layers;
  const double attention = 2.0 * config.n_heads * config.head_dim * options.seq_len;
  const double head = 4.0 * config.vocab_size * config.hidden_size * static_cast<double>(n_targets);
  return tokens * layers * (4 * linear + 6 * lora + 3.5 * attention) + head;
}

// One step by op, the longest first. Products are the ops named linear and lora.
void print_profile(const std::map<std::string, OpTime>& times) {
  std::vector<std::pair<std::string, OpTime>> ops(times.begin(), times.end());
  std::sort(ops.begin(), ops.end(),
            [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
  double total = 0;
  for (const auto& [op, time] : ops) total += time.seconds;
  std::printf(", \"profile\": [");
  for (const auto& [op, time] : ops) {
    std::printf("%s\n  {\"op\": \"%s\", \"calls\": %lld, \"milliseconds\": %.3f, \"share\": %.4f}",
                op == ops.front().first ? "" : ",", op.c_str(), static_cast<long long>(time.calls),
                time.seconds * 1e3, time.seconds / total);
  }
  std::printf("\n]");
}

}  // namespace

void step_bench(const Options& options) {
  const ModelConfig config = config_of(options);
  const auto model = random_model(config);
  std::map<std::string, OpTime> times;
  auto backend = open_backend(options.device);
  if (options.profile) backend = std::make_unique<ProfiledBackend>(std::move(backend), times);
  Trainer trainer(*model, trainer_options(options), std::move(backend));
  const std::vector<int32_t> cu_seqlens = cu_seqlens_of(options);
  std::vector<int32_t> tokens;
  std::vector<uint8_t> learn;
  for (int32_t t = 0; t < options.tokens; ++t) {
    tokens.push_back(static_cast<int32_t>((int64_t{t} * 7919 + 17) % config.vocab_size));
    learn.push_back(t % options.seq_len >= (1 - options.target_share) * options.seq_len);
  }
  const Batch batch{tokens.data(), options.tokens, cu_seqlens.data(),
                    static_cast<int64_t>(cu_seqlens.size()) - 1};

  Trainer::Loss loss{};
  const auto step = [&] {
    loss = trainer.accumulate(batch, learn.data());
    trainer.update(1e-4f);
  };
  const Seconds best = best_seconds(options.steps, step);
  times.clear();
  if (options.profile) step();
  const kaiaku_memory memory = trainer.memory();
  const int64_t bytes =
      memory.weights + memory.adapter + memory.optimizer + memory.activations + memory.workspace;
  std::printf(
      "{\"shape\": \"%s\", \"tokens\": %d, \"targets\": %lld, \"seconds\": %.3f, "
      "\"processor_seconds\": %.3f, \"tokens_per_second\": %.1f, \"gflops\": %.1f, \"bytes\": %lld",
      options.shape.c_str(), options.tokens, static_cast<long long>(loss.n_targets), best.wall,
      best.processor, options.tokens / best.wall,
      useful_flops(config, options, loss.n_targets) / best.wall / 1e9, static_cast<long long>(bytes));
  if (options.profile) print_profile(times);
  std::printf("}\n");
}

}  // namespace kaiaku::bench
