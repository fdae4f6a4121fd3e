#include "naive_transformer.h"

#include <cmath>

namespace kaiaku::test {
namespace {

using Vector = std::vector<double>;

class Naive {
 public:
  Naive(const ModelConfig& config, const Tensors& weights, const Tensors& adapter, float scaling)
      : config_(config), weights_(weights), adapter_(adapter), scaling_(scaling) {}

  NaiveRun run(const std::vector<int32_t>& tokens) {
    keys_.assign(static_cast<size_t>(config_.n_layers), {});
    values_ = keys_;
    for (size_t t = 0; t < tokens.size(); ++t) {
      Vector x(static_cast<size_t>(config_.hidden_size));
      for (size_t i = 0; i < x.size(); ++i) {
        x[i] = at("model.embed_tokens.weight")[static_cast<size_t>(tokens[t]) * x.size() + i] *
               static_cast<double>(config_.embedding_scale);
      }
      for (int64_t layer = 0; layer < config_.n_layers; ++layer) x = run_layer(layer, t, x);
      x = norm("model.norm", x);
      const char* head = config_.tied_embeddings ? "model.embed_tokens.weight" : "lm_head.weight";
      const Vector logits = product(at(head), x);
      result_.logits.insert(result_.logits.end(), logits.begin(), logits.end());
    }
    return result_;
  }

 private:
  const std::vector<float>& at(const std::string& name) const { return weights_.at(name); }

  static Vector product(const std::vector<float>& matrix, const Vector& x) {
    Vector y(matrix.size() / x.size());
    for (size_t o = 0; o < y.size(); ++o) {
      for (size_t i = 0; i < x.size(); ++i) y[o] += static_cast<double>(matrix[o * x.size() + i]) * x[i];
    }
    return y;
  }

  Vector linear(int64_t layer, const std::string& linear, const Vector& x) {
    const std::string name = layer_name(layer, linear);
    Vector& squares = result_.squares[name];
    squares.resize(x.size());
    for (size_t i = 0; i < x.size(); ++i) squares[i] += x[i] * x[i];
    Vector y = product(at(name + ".weight"), x);
    if (weights_.count(name + ".bias") != 0) {
      for (size_t o = 0; o < y.size(); ++o) y[o] += static_cast<double>(at(name + ".bias")[o]);
    }
    if (adapter_.count(name + ".lora_A.weight") != 0) {
      const Vector change =
          product(adapter_.at(name + ".lora_B.weight"), product(adapter_.at(name + ".lora_A.weight"), x));
      for (size_t o = 0; o < y.size(); ++o) y[o] += static_cast<double>(scaling_) * change[o];
    }
    return y;
  }

  Vector norm(const std::string& name, const Vector& x) const {
    double squares = 0;
    for (const double value : x) squares += value * value;
    const double rms =
        std::sqrt(squares / static_cast<double>(x.size()) + static_cast<double>(config_.rms_norm_eps));
    Vector y = x;
    for (size_t i = 0; i < y.size(); ++i) y[i] *= static_cast<double>(at(name + ".weight")[i]) / rms;
    return y;
  }

  // Head by head: norm where there is one, then the turn by the position.
  void prepare_heads(int64_t layer, const std::string& norm_name, size_t position, Vector& x) const {
    const auto& inv_freq = at(is_local(config_, layer) ? "rope.local.inv_freq" : "rope.inv_freq");
    const size_t e = static_cast<size_t>(config_.head_dim), half = e / 2;
    for (size_t head = 0; head < x.size(); head += e) {
      if (config_.qk_norm) {
        const Vector normed = norm(layer_name(layer, norm_name), Vector(&x[head], &x[head] + e));
        std::copy(normed.begin(), normed.end(), &x[head]);
      }
      for (size_t i = 0; i < half; ++i) {
        const double angle = static_cast<double>(position) * static_cast<double>(inv_freq[i]);
        const double first = x[head + i], second = x[head + half + i];
        x[head + i] = first * std::cos(angle) - second * std::sin(angle);
        x[head + half + i] = second * std::cos(angle) + first * std::sin(angle);
      }
    }
  }

  Vector attention(int64_t layer, size_t t, const Vector& q) const {
    const size_t e = static_cast<size_t>(config_.head_dim);
    const size_t group = static_cast<size_t>(config_.n_heads / config_.n_kv_heads);
    const size_t window = static_cast<size_t>(config_.sliding_window);
    const size_t first = is_local(config_, layer) && t + 1 > window ? t + 1 - window : 0;
    const auto& keys = keys_[static_cast<size_t>(layer)];
    const auto& values = values_[static_cast<size_t>(layer)];
    Vector y(q.size());
    for (size_t head = 0; head < q.size() / e; ++head) {
      const size_t kv = head / group * e;
      Vector weights;
      double total = 0;
      for (size_t j = first; j <= t; ++j) {
        double score = 0;
        for (size_t i = 0; i < e; ++i) score += q[head * e + i] * keys[j][kv + i];
        weights.push_back(std::exp(score * static_cast<double>(config_.attention_scale)));
        total += weights.back();
      }
      for (size_t j = first; j <= t; ++j) {
        for (size_t i = 0; i < e; ++i) y[head * e + i] += weights[j - first] / total * values[j][kv + i];
      }
    }
    return y;
  }

  double activation(double g) const {
    if (config_.activation == KAIAKU_ACTIVATION_SILU) return g / (1 + std::exp(-g));
    return 0.5 * g * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (g + 0.044715 * g * g * g)));
  }

  Vector run_layer(int64_t layer, size_t t, const Vector& x) {
    const Vector normed = norm(layer_name(layer, "input_layernorm"), x);
    Vector q = linear(layer, "self_attn.q_proj", normed);
    Vector k = linear(layer, "self_attn.k_proj", normed);
    prepare_heads(layer, "self_attn.q_norm", t, q);
    prepare_heads(layer, "self_attn.k_norm", t, k);
    keys_[static_cast<size_t>(layer)].push_back(k);
    values_[static_cast<size_t>(layer)].push_back(linear(layer, "self_attn.v_proj", normed));
    Vector out = linear(layer, "self_attn.o_proj", attention(layer, t, q));
    if (config_.post_norms) out = norm(layer_name(layer, "post_attention_layernorm"), out);
    Vector y = x;
    for (size_t i = 0; i < y.size(); ++i) y[i] += out[i];

    const char* mid = config_.post_norms ? "pre_feedforward_layernorm" : "post_attention_layernorm";
    const Vector mid_normed = norm(layer_name(layer, mid), y);
    Vector act = linear(layer, "mlp.gate_proj", mid_normed);
    const Vector up = linear(layer, "mlp.up_proj", mid_normed);
    for (size_t i = 0; i < act.size(); ++i) act[i] = activation(act[i]) * up[i];
    out = linear(layer, "mlp.down_proj", act);
    if (config_.post_norms) out = norm(layer_name(layer, "post_feedforward_layernorm"), out);
    for (size_t i = 0; i < y.size(); ++i) y[i] += out[i];
    return y;
  }

  const ModelConfig& config_;
  const Tensors& weights_;
  const Tensors& adapter_;
  const float scaling_;
  std::vector<std::vector<Vector>> keys_, values_;  // [n_layers][t]
  NaiveRun result_;
};

}  // namespace

NaiveRun naive_run(const ModelConfig& config, const Tensors& weights, const Tensors& adapter, float scaling,
                   const std::vector<int32_t>& tokens) {
  return Naive(config, weights, adapter, scaling).run(tokens);
}

Tensors random_tensors(const ModelConfig& config, uint32_t seed) {
  Tensors tensors;
  each_random_tensor(config, seed,
                     [&](const std::string& name, const std::vector<int64_t>&,
                         const std::vector<float>& values) { tensors.emplace(name, values); });
  return tensors;
}

Tensors adapter_tensors(const Trainer& trainer, const ModelConfig& config, const TrainerOptions& options) {
  Tensors tensors;
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    tensors.emplace(matrix.name, get(trainer, KAIAKU_STATE_WEIGHT, matrix));
  }
  return tensors;
}

}  // namespace kaiaku::test
