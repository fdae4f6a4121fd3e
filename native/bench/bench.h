// What the benchmarks share: the sizes they run with, a model of random weights, and the clock.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/model.h"
#include "train/trainer.h"

namespace kaiaku::bench {

struct Options {
  std::string shape = "smollm2-135m";
  int32_t tokens = 1152;  // of a step
  int32_t seq_len = 144;
  int32_t micro_tokens = 0;  // of one call; 0: all
  int32_t rank = 16;
  int32_t threads = 0;
  int32_t kept_layers = -1;  // -1: all
  int32_t cached_layers = 0;
  bool offload = false;
  bool host_embedding = false;
  bool eight_bit_tables = false;
  int64_t memory_limit = 0;  // of the device that computes; 0: none
  int32_t steps = 3;
  int32_t weights = KAIAKU_WEIGHTS_F32;
  int32_t compute = KAIAKU_COMPUTE_F32;
  double target_share = 0.3;
  int32_t device = -1;  // -1: the processor, else a GPU
  bool profile = false;
};

// Throws for a name that is unknown.
ModelConfig config_of(const Options& options);
TrainerOptions trainer_options(const Options& options);

// The options with the fastest layout of memory that --memory-limit allows.
Options fitted(const Options& asked);
// Of the device that computes.
int64_t planned_bytes(const kaiaku_memory& plan);

// A sealed model whose matrices are uniform random values of a fixed seed, the same every 256 rows.
std::unique_ptr<Model> random_model(const ModelConfig& config);

// [S+1] sequences of seq_len of n tokens, the last one shorter where they don't fit.
std::vector<int32_t> cu_seqlens_of(int32_t n, int32_t seq_len);

// Seconds by the clock, and of all threads by the processors: on a busy machine only those can be compared.
struct Seconds {
  double wall;
  double processor;
};

// The least of several runs, or the one in the middle; a first run that isn't counted warms up.
Seconds best_seconds(int runs, const std::function<void()>& run);
Seconds median_seconds(int runs, const std::function<void()>& run);

// Each prints one JSON object; only: ops whose name holds it.
void step_bench(const Options& options);
void op_bench(const Options& options, const std::string& only);

}  // namespace kaiaku::bench
