// Each operation alone, at the sizes of a step and on its device, against the roof that bounds it: the rate
// of a product or the bandwidth of a copy, measured in the same run.
#include <algorithm>
#include <cstdio>

#include "backend/devices.h"
#include "base/threads.h"
#include "bench.h"
#include "roofline.h"

namespace kaiaku::bench {
namespace {

class OpBench {
 public:
  OpBench(const Options& options, const std::string& only)
      : options_(options),
        only_(only),
        config_(config_of(options)),
        t_(options.micro_tokens),
        roof_(measure_roofline(options)),
        bench_(options) {}

  void run() {
    std::printf(
        "{\"shape\": \"%s\", \"tokens\": %d, \"gflops_of_a_product\": %.1f, \"gbytes_of_a_copy\": %.1f, "
        "\"ops\": [",
        options_.shape.c_str(), options_.micro_tokens, roof_.flops / 1e9, roof_.bytes / 1e9);
    dequantize();
    linears();
    attention();
    elementwise();
    head();
    optimizer();
    std::printf("\n], \"seconds_in_step\": %.4f, \"processor_seconds_in_step\": %.4f}\n", wall_, processor_);
  }

 private:
  // calls: in one step; flops and bytes: that one call cannot avoid.
  void report(const std::string& name, double calls, double flops, double bytes,
              const std::function<void()>& op) {
    if (name.find(only_) == std::string::npos) return;
    const Seconds best = bench_.best_seconds(options_.device >= 0 ? 20 : 5, op);
    const double least = std::max(flops / roof_.flops, bytes / roof_.bytes);
    std::printf(
        "%s\n  {\"op\": \"%s\", \"milliseconds\": %.4f, \"gflops\": %.1f, \"gbytes\": %.1f, "
        "\"share_of_roof\": %.3f, \"processor_milliseconds\": %.3f, \"seconds_in_step\": %.4f}",
        n_reported_++ == 0 ? "" : ",", name.c_str(), best.wall * 1e3, flops / best.wall / 1e9,
        bytes / best.wall / 1e9, least / best.wall, best.processor * 1e3, best.wall * calls);
    wall_ += best.wall * calls;
    processor_ += best.processor * calls;
  }

  template <class... T>
  static double bytes_of(const T&... tensors) {
    return static_cast<double>((Tensor(tensors).bytes() + ...));
  }

  // The largest matrix of a layer in NF4; a layer has about twice as much.
  void dequantize() {
    const int64_t rows = config_.intermediate_size, cols = config_.hidden_size, n = rows * cols;
    const int64_t blocks = (n + kNf4Block - 1) / kNf4Block;
    const auto integers = [&](int64_t bytes) {
      return bench_.integers(std::vector<int32_t>(static_cast<size_t>((bytes + 3) / 4), 0x37a15c92));
    };
    const Matrix map = bench_.matrix(1, 16), nested_map = bench_.matrix(1, 256),
                 nested = bench_.matrix(1, (blocks + kNf4NestedBlock - 1) / kNf4NestedBlock);
    const Nf4 nf4{kNf4Block,
                  kNf4NestedBlock,
                  0.1f,
                  map.data,
                  reinterpret_cast<const uint8_t*>(integers(n / 2)),
                  integers(blocks),
                  nested.data,
                  nested_map.data};
    const Tensor to = bench_.tensor(rows, cols);
    const double stored = static_cast<double>(n) / 2 + static_cast<double>(blocks);
    report("dequantize nf4", 2.0 * config_.n_layers, 0, stored + bytes_of(to),
           [&] { backend_.dequantize({0, nullptr, &nf4, rows, cols}, to); });
    const StoredMatrix matrix{0, nullptr, &nf4, rows, cols};
    if (!backend_.multiplies_stored(matrix, 8)) return;
    const Tensor x = bench_.tensor(8, cols), y = bench_.tensor(8, rows);
    report("8 rows times nf4", 0, 16.0 * static_cast<double>(n), stored + bytes_of(x, y),
           [&] { backend_.linear_forward_stored(x, matrix, nullptr, y, Store::kOverwrite); });
  }

  void linears() {
    static constexpr const char* kNames[] = {"qkv", "o", "gate_up", "down"};
    for (const Stack stack : {kQkv, kOut, kGateUp, kDownOnly}) {
      const int64_t in = stack_inputs(config_, stack);
      const int64_t out = stack_outputs(config_, stack);
      const Tensor x = bench_.tensor(t_, in), y = bench_.tensor(t_, out), w = bench_.tensor(out, in);
      const double flops = 2.0 * static_cast<double>(t_ * in * out);
      const std::string name = kNames[stack];
      const double layers = config_.n_layers;
      report(name + " forward", layers, flops, bytes_of(x, w, y),
             [&] { backend_.linear_forward(x, w, nullptr, y, Store::kOverwrite); });
      report(name + " backward", layers, flops, bytes_of(x, w, y),
             [&] { backend_.linear_backward_input(y, w, x, Store::kOverwrite); });
      lora(name, stack, x, y);
    }
  }

  void lora(const std::string& name, Stack stack, Tensor x, Tensor y) {
    const auto linears = targeted_linears(config_, stack, KAIAKU_TARGET_ALL);
    const int64_t n = static_cast<int64_t>(linears.size()) * options_.rank;
    LoraStack lora{bench_.tensor(n, x.cols), bench_.matrix(n, x.cols), {}};
    for (const LinearFacts& linear : linears) {
      lora.parts.push_back({linear.first_out, bench_.tensor(linear.out, options_.rank),
                            bench_.matrix(linear.out, options_.rank)});
    }
    const Tensor h = bench_.tensor(t_, n), g = bench_.tensor(t_, n);
    const double flops = 2.0 * static_cast<double>(t_ * (n * x.cols + options_.rank * y.cols));
    report(name + " lora forward", config_.n_layers, flops, bytes_of(x, h, y, y),
           [&] { backend_.lora_forward(lora, 0.1f, x, h, y); });
    report(name + " lora backward", config_.n_layers, 2 * flops, bytes_of(x, h, y, g, x, x),
           [&] { backend_.lora_backward(lora, 0.1f, y, x, h, g, x); });
  }

  void attention() {
    const auto n = static_cast<int32_t>(t_);
    const std::vector<int32_t> cu_seqlens = cu_seqlens_of(n, options_.seq_len);
    std::vector<int32_t> begins, ends;
    for (size_t s = 0; s + 1 < cu_seqlens.size(); ++s) {
      for (int32_t i = cu_seqlens[s]; i < cu_seqlens[s + 1]; ++i) {
        begins.push_back(cu_seqlens[s]);
        ends.push_back(cu_seqlens[s + 1]);
      }
    }
    const AttentionShape shape{config_.n_heads,
                               config_.n_kv_heads,
                               config_.head_dim,
                               config_.attention_scale,
                               t_,
                               cu_seqlens.data(),
                               static_cast<int64_t>(cu_seqlens.size()) - 1,
                               bench_.integers(begins),
                               bench_.integers(ends)};
    const int64_t width = stack_outputs(config_, kQkv);
    const Tensor qkv = bench_.tensor(t_, width), d_qkv = bench_.tensor(t_, width);
    const Tensor y = bench_.tensor(t_, stack_inputs(config_, kOut)), d_y = bench_.tensor(t_, y.cols);
    const Matrix lse = bench_.matrix(t_, config_.n_heads);
    const Matrix scratch =
        bench_.matrix(t_, attention_scratch(options_.device, config_.n_heads, config_.head_dim));
    const double flops = 2.0 * static_cast<double>(t_ * options_.seq_len * y.cols);
    report("attention forward", config_.n_layers, flops, bytes_of(qkv, y),
           [&] { backend_.attention_forward(shape, qkv, y, lse); });
    report("attention backward", config_.n_layers, 2.5 * flops, bytes_of(qkv, y, d_y, d_qkv),
           [&] { backend_.attention_backward(shape, d_y, qkv, y, lse, scratch, d_qkv); });
  }

  void elementwise() {
    const int64_t d = config_.hidden_size, f = config_.intermediate_size;
    const Matrix x = bench_.matrix(t_, d), sum = bench_.matrix(t_, d), weight = bench_.matrix(1, d),
                 rstd = bench_.matrix(1, t_);
    const Tensor y = bench_.tensor(t_, d), gate_up = bench_.tensor(t_, 2 * f), act = bench_.tensor(t_, f);
    const double twice = 2.0 * config_.n_layers;
    report("rms_norm forward", twice, 0, bytes_of(x, y),
           [&] { backend_.rms_norm_forward(x, weight.data, 1e-5f, y, rstd.data, Store::kOverwrite); });
    report("rms_norm backward", twice, 0, bytes_of(x, y, sum, sum),
           [&] { backend_.rms_norm_backward(y, x, weight.data, rstd.data, sum, Store::kAdd); });
    report("copy", twice, 0, bytes_of(x, y), [&] { backend_.copy(x, y); });
    report("swiglu forward", twice, 0, bytes_of(gate_up, act),
           [&] { backend_.swiglu_forward(gate_up, act); });
    report("swiglu backward", config_.n_layers, 0, bytes_of(gate_up, gate_up, act),
           [&] { backend_.swiglu_backward(act, gate_up); });
    const int64_t heads = config_.n_heads + config_.n_kv_heads, e = config_.head_dim;
    const Matrix cos = bench_.matrix(t_, e / 2), sin = bench_.matrix(t_, e / 2),
                 heads_rstd = bench_.matrix(t_, heads);
    const Tensor qk = bench_.tensor(t_, heads * e), normed = bench_.tensor(t_, heads * e);
    const int32_t* positions = bench_.integers(std::vector<int32_t>(static_cast<size_t>(t_)));
    if (config_.qk_norm) {
      report("norm_turn forward", twice, 0, bytes_of(qk, qk, normed), [&] {
        backend_.norm_turn_forward(qk, weight.data, 1e-5f, normed, heads_rstd, positions, cos, sin);
      });
      report("norm_turn backward", config_.n_layers, 0, bytes_of(qk, qk, normed),
             [&] { backend_.norm_turn_backward(qk, weight.data, normed, heads_rstd, positions, cos, sin); });
    } else {
      report("rope", twice, 0, bytes_of(qk, qk), [&] { backend_.rope_forward(qk, positions, cos, sin); });
    }
  }

  void head() {
    const int64_t rows = std::min<int64_t>(256, t_), v = config_.vocab_size, d = config_.hidden_size;
    const Tensor x = bench_.tensor(rows, d), w = bench_.tensor(v, d);
    const Matrix logits = bench_.matrix(rows, v);
    const bool in_place = options_.device >= 0 || bench_.compute() == DType::kF32;
    const Tensor d_logits =
        !in_place ? bench_.tensor(rows, v)
        : bench_.compute() == DType::kF32
            ? Tensor(logits)
            : Tensor(reinterpret_cast<std::byte*>(logits.data), DType::kBf16, rows, v, 2 * v);
    const int32_t* targets = bench_.integers(std::vector<int32_t>(static_cast<size_t>(rows), 1));
    const Matrix nll = bench_.matrix(1, rows);
    const double flops = 2.0 * static_cast<double>(rows * v * d);
    const double calls = options_.target_share * static_cast<double>(t_) / static_cast<double>(rows);
    report("head forward", calls, flops, bytes_of(x, w, logits),
           [&] { backend_.linear_forward(x, w, nullptr, logits, Store::kOverwrite); });
    report("cross_entropy", calls, 0, bytes_of(logits, d_logits),
           [&] { backend_.cross_entropy_forward_backward(logits, targets, nll.data, d_logits); });
    report("head backward", calls, flops, bytes_of(x, w, d_logits),
           [&] { backend_.linear_backward_input(d_logits, w, x, Store::kOverwrite); });
  }

  void optimizer() {
    int64_t n = 0;
    for (const LinearFacts& facts : linears_of(config_)) n += options_.rank * (facts.in + facts.out);
    n *= config_.n_layers;
    const Matrix gradient = bench_.matrix(1, n), m = bench_.matrix(1, n), v = bench_.matrix(1, n),
                 weight = bench_.matrix(1, n), scale = bench_.matrix(1, 2);
    backend_.zero(v.data, n * static_cast<int64_t>(sizeof(float)));
    report("gradient_scale", 1, 0, bytes_of(gradient),
           [&] { backend_.gradient_scale(gradient.data, n, 100, 1, scale.data); });
    report("adamw", 1, 0, bytes_of(gradient, m, m, v, v, weight, weight), [&] {
      backend_.adamw_step({1e-4f, 0.9f, 0.999f, 1e-8f, 0}, 1, scale.data, gradient.data, m.data, v.data,
                          weight.data, n);
    });
  }

  const Options options_;
  const std::string only_;
  const ModelConfig config_;
  const int64_t t_;
  const Roofline roof_;
  Workbench bench_;
  Backend& backend_ = bench_.backend();
  int n_reported_ = 0;
  double wall_ = 0, processor_ = 0;
};

}  // namespace

void op_bench(const Options& options, const std::string& only) {
  const ThreadScope threads(options.threads == 0 ? available_threads() : options.threads);
  OpBench(options, only).run();
}

}  // namespace kaiaku::bench
