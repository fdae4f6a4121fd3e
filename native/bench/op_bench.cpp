// Each operation alone, at the sizes of a step; processor_seconds_in_step is what all its calls of a step add
// up to.
#include <cstdio>

#include "backend/cpu/cpu_backend.h"
#include "base/threads.h"
#include "bench.h"

namespace kaiaku::bench {
namespace {

class OpBench {
 public:
  explicit OpBench(const Options& options)
      : options_(options), config_(config_of(options)), t_(options.tokens) {}

  void run() {
    std::printf("{\"shape\": \"%s\", \"tokens\": %d, \"ops\": [", options_.shape.c_str(), options_.tokens);
    linears();
    attention();
    elementwise();
    head();
    std::printf("\n], \"processor_seconds_in_step\": %.4f}\n", total_);
  }

 private:
  // calls: in one step. flops: of one call, 0 where memory bounds it.
  void report(const char* name, double calls, double flops, const std::function<void()>& op) {
    const Seconds best = best_seconds(5, op);
    std::printf(
        "%s\n  {\"op\": \"%s\", \"milliseconds\": %.3f, \"gflops\": %.1f, \"processor_milliseconds\": %.3f, "
        "\"processor_seconds_in_step\": %.4f}",
        total_ == 0 ? "" : ",", name, best.wall * 1e3, flops / best.wall / 1e9, best.processor * 1e3,
        best.processor * calls);
    total_ += best.processor * calls;
  }

  Matrix matrix(int64_t rows, int64_t cols) {
    buffers_.emplace_back(static_cast<size_t>(rows * cols));
    float value = 0.3f;
    for (float& x : buffers_.back())
      x = (value = value * 1.7f - static_cast<float>(static_cast<int>(value * 1.7f))) - 0.5f;
    return {buffers_.back().data(), rows, cols, cols};
  }

  void linears() {
    static constexpr const char* kNames[] = {"qkv", "o", "gate_up", "down"};
    for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly}) {
      const int64_t in = stack_inputs(config_, stack);
      const int64_t out = stack_outputs(config_, stack);
      const Matrix x = matrix(t_, in), y = matrix(t_, out), w = matrix(out, in);
      const double flops = 2.0 * static_cast<double>(t_ * in * out);
      const std::string name = kNames[stack];
      const double layers = config_.n_layers;
      report((name + " forward").c_str(), layers, flops,
             [&] { cpu_.linear_forward(x, w, nullptr, y, Store::kOverwrite); });
      report((name + " backward").c_str(), layers, flops,
             [&] { cpu_.linear_backward_input(y, w, x, Store::kOverwrite); });
      lora(name, stack, x, y);
    }
  }

  void lora(const std::string& name, Stack stack, Matrix x, Matrix y) {
    const auto linears = targeted_linears(config_, stack, KAIAKU_TARGET_ALL);
    const int64_t n = static_cast<int64_t>(linears.size()) * options_.rank;
    LoraStack lora{matrix(n, x.cols), matrix(n, x.cols), {}};
    for (const LinearFacts& linear : linears) {
      lora.parts.push_back(
          {linear.first_out, matrix(linear.out, options_.rank), matrix(linear.out, options_.rank)});
    }
    const Matrix h = matrix(t_, n), g = matrix(t_, n);
    const double flops = 2.0 * static_cast<double>(t_ * (n * x.cols + options_.rank * y.cols));
    report((name + " lora forward").c_str(), config_.n_layers, flops,
           [&] { cpu_.lora_forward(lora, 0.1f, x, h, y); });
    report((name + " lora backward").c_str(), config_.n_layers, 2 * flops,
           [&] { cpu_.lora_backward(lora, 0.1f, y, x, h, g, x); });
  }

  void attention() {
    const std::vector<int32_t> cu_seqlens = cu_seqlens_of(options_);
    const AttentionShape shape{config_.n_heads,
                               config_.n_kv_heads,
                               config_.head_dim,
                               config_.attention_scale,
                               t_,
                               cu_seqlens.data(),
                               static_cast<int64_t>(cu_seqlens.size()) - 1,
                               nullptr,
                               nullptr};
    const int64_t width = stack_outputs(config_, kQkv);
    const Matrix qkv = matrix(t_, width), d_qkv = matrix(t_, width);
    const Matrix y = matrix(t_, stack_inputs(config_, kOut)), d_y = matrix(t_, y.cols);
    const Matrix lse = matrix(t_, config_.n_heads), d_heads = matrix(t_, 3 * y.cols);
    const double flops = 2.0 * static_cast<double>(t_ * options_.seq_len * y.cols);
    report("attention forward", config_.n_layers, flops, [&] { cpu_.attention_forward(shape, qkv, y, lse); });
    report("attention backward", config_.n_layers, 2.5 * flops,
           [&] { cpu_.attention_backward(shape, d_y, qkv, y, lse, d_heads, d_qkv); });
  }

  void elementwise() {
    const int64_t d = config_.hidden_size, f = config_.intermediate_size;
    const Matrix x = matrix(t_, d), y = matrix(t_, d), weight = matrix(1, d), rstd = matrix(1, t_);
    const Matrix gate_up = matrix(t_, 2 * f), act = matrix(t_, f);
    const double twice = 2.0 * config_.n_layers;
    report("rms_norm forward", twice, 0,
           [&] { cpu_.rms_norm_forward(x, weight.data, 1e-5f, y, rstd.data, Store::kOverwrite); });
    report("rms_norm backward", twice, 0,
           [&] { cpu_.rms_norm_backward(y, x, weight.data, rstd.data, y, Store::kAdd); });
    report("swiglu forward", twice, 0, [&] { cpu_.swiglu_forward(gate_up, act); });
    report("swiglu backward", config_.n_layers, 0, [&] { cpu_.swiglu_backward(act, gate_up); });
    const Matrix cos = matrix(t_, config_.head_dim / 2), sin = matrix(t_, config_.head_dim / 2);
    const Matrix heads = matrix(t_, int64_t{config_.n_heads + config_.n_kv_heads} * config_.head_dim);
    std::vector<int32_t> positions(static_cast<size_t>(t_));
    report("rope", twice, 0, [&] { cpu_.rope_forward(heads, positions.data(), cos, sin); });
  }

  void head() {
    const int64_t rows = 256, v = config_.vocab_size, d = config_.hidden_size;
    const Matrix x = matrix(rows, d), w = matrix(v, d), logits = matrix(rows, v);
    const std::vector<int32_t> targets(static_cast<size_t>(rows), 1);
    std::vector<float> nll(static_cast<size_t>(rows));
    const double flops = 2.0 * static_cast<double>(rows * v * d);
    const double calls = options_.target_share * static_cast<double>(t_) / static_cast<double>(rows);
    report("head forward", calls, flops,
           [&] { cpu_.linear_forward(x, w, nullptr, logits, Store::kOverwrite); });
    report("head backward", calls, flops,
           [&] { cpu_.linear_backward_input(logits, w, x, Store::kOverwrite); });
    report("cross_entropy", calls, 0,
           [&] { cpu_.cross_entropy_forward_backward(logits, targets.data(), nll.data(), logits); });
  }

  const Options options_;
  const ModelConfig config_;
  const int64_t t_;
  CpuBackend cpu_;
  std::vector<std::vector<float>> buffers_;
  double total_ = 0;
};

}  // namespace

void op_bench(const Options& options) {
  const ThreadScope threads(options.threads == 0 ? available_threads() : options.threads);
  OpBench(options).run();
}

}  // namespace kaiaku::bench
