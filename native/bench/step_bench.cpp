#include <algorithm>
#include <cstdio>
#include <map>

#include "backend/devices.h"
#include "bench.h"
#include "profiled_backend.h"
#include "roofline.h"

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

// Those, and what layers that run again do once more: all of forward but the last product.
double executed_flops(const ModelConfig& config, const Options& options, int64_t n_targets) {
  double again = 2.0 * config.n_heads * config.head_dim * options.seq_len;
  for (const LinearFacts& facts : linears_of(config)) {
    if (facts.stack == kDownOnly) continue;
    again += 2.0 * static_cast<double>(facts.in * facts.out);
    again += 2.0 * options.rank * static_cast<double>(facts.in + facts.out);
  }
  const int64_t layers = config.n_layers - trainer_options(options).kept_layers;
  return useful_flops(config, options, n_targets) +
         static_cast<double>(options.tokens) * static_cast<double>(layers) * again;
}

// Of the whole device, by whatever process; 0 on the processor.
int64_t taken_bytes(int32_t device) {
  kaiaku_device_info info{};
  if (device >= 0) device_get(device, &info);
  return device >= 0 ? info.total_bytes - info.free_bytes : 0;
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

void step_bench(const Options& asked) {
  const Options options = fitted(asked);
  const ModelConfig config = config_of(options);
  const Roofline roof = measure_roofline(options);
  const auto model = random_model(config);
  std::map<std::string, OpTime> times;
  auto backend = open_backend(options.device);
  if (options.profile) backend = std::make_unique<ProfiledBackend>(std::move(backend), times);
  Trainer trainer(*model, trainer_options(options), std::move(backend));
  std::vector<int32_t> tokens;
  std::vector<uint8_t> learn;
  for (int32_t t = 0; t < options.tokens; ++t) {
    tokens.push_back(static_cast<int32_t>((int64_t{t} * 7919 + 17) % config.vocab_size));
    learn.push_back(t % options.seq_len >= (1 - options.target_share) * options.seq_len);
  }

  int64_t n_targets = 0;
  const auto step = [&] {
    n_targets = 0;
    for (int32_t first = 0; first < options.tokens; first += options.micro_tokens) {
      const int32_t n = std::min(options.micro_tokens, options.tokens - first);
      const std::vector<int32_t> cu_seqlens = cu_seqlens_of(n, options.seq_len);
      const Batch batch{tokens.data() + first, n, cu_seqlens.data(),
                        static_cast<int64_t>(cu_seqlens.size()) - 1};
      n_targets += trainer.accumulate(batch, learn.data() + first).n_targets;
    }
    trainer.update(1e-4f);
  };
  const Seconds median = median_seconds(options.steps, step);
  times.clear();
  if (options.profile) step();
  const kaiaku_memory memory = trainer.memory();
  const double useful = useful_flops(config, options, n_targets);
  const double executed = executed_flops(config, options, n_targets);
  std::printf(
      "{\"shape\": \"%s\", \"tokens\": %d, \"targets\": %lld, \"seconds\": %.3f, "
      "\"processor_seconds\": %.3f, \"tokens_per_second\": %.1f, \"gflops\": %.1f, "
      "\"gflops_executed\": %.1f, \"gflops_of_a_product\": %.1f, \"hfu\": %.4f",
      options.shape.c_str(), options.tokens, static_cast<long long>(n_targets), median.wall, median.processor,
      options.tokens / median.wall, useful / median.wall / 1e9, executed / median.wall / 1e9,
      roof.flops / 1e9, executed / median.wall / roof.flops);
  std::printf(
      ", \"bytes\": %lld, \"host_bytes\": %lld, \"device_bytes_taken\": %lld, \"micro_tokens\": %d, "
      "\"kept_layers\": %d, \"cached_layers\": %d, \"offload\": %d, \"host_embedding\": %d, "
      "\"eight_bit_tables\": %d",
      static_cast<long long>(planned_bytes(memory)), static_cast<long long>(memory.host),
      static_cast<long long>(taken_bytes(options.device)), options.micro_tokens,
      trainer_options(options).kept_layers, options.cached_layers, options.offload, options.host_embedding,
      options.eight_bit_tables);
  if (options.profile) print_profile(times);
  std::printf("}\n");
}

}  // namespace kaiaku::bench
