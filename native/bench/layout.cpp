// The layout of memory that a step is to have under a limit; dev.kaiaku.trainer.memory.MemoryPlan chooses so
// for training.
#include "base/error.h"
#include "bench.h"

namespace kaiaku::bench {
namespace {

// What a context with its kernels takes beside what the plan tells. Estimated, never measured.
constexpr int64_t kContext = int64_t{430} << 20;

bool fits(const Options& options) {
  const kaiaku_memory plan = plan_memory(config_of(options), trainer_options(options));
  return planned_bytes(plan) + (options.device >= 0 ? kContext : 0) <= options.memory_limit;
}

}  // namespace

int64_t planned_bytes(const kaiaku_memory& plan) {
  return plan.weights + plan.adapter + plan.optimizer + plan.activations + plan.workspace;
}

Options fitted(const Options& asked) {
  Options options = asked;
  const ModelConfig config = config_of(options);
  const bool gpu = options.device >= 0;
  const bool movable = gpu && !config.tied_embeddings;
  if (options.memory_limit == 0) return options;
  const int32_t whole = options.micro_tokens, least = std::min(options.seq_len, whole);
  for (const int32_t micro : {whole, least}) {
    for (const bool host_embedding : {false, true}) {
      if (host_embedding && !movable) continue;
      options.micro_tokens = micro;
      options.host_embedding = host_embedding;
      options.kept_layers = config.n_layers;
      options.cached_layers = asked.cached_layers;
      if (fits(options)) return options;
    }
  }
  for (options.kept_layers = config.n_layers - 1; options.kept_layers >= 0; --options.kept_layers) {
    if (fits(options)) return options;
  }
  options.kept_layers = 0;
  options.cached_layers = 0;
  for (const bool eight_bit_tables : {false, true}) {
    for (const bool offload : {false, true}) {
      options.eight_bit_tables = gpu && eight_bit_tables;
      options.offload = gpu && offload;
      if (fits(options)) return options;
    }
  }
  fail(KAIAKU_OUT_OF_MEMORY, "--memory-limit ", asked.memory_limit, ": the step needs at least ",
       planned_bytes(plan_memory(config_of(options), trainer_options(options))), " bytes and a context");
}

}  // namespace kaiaku::bench
