#include "train/trainer.h"

#include <algorithm>
#include <cmath>

#include "backend/devices.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mix.h"
#include "base/threads.h"

namespace kaiaku {
namespace {

const Model& sealed(const Model& model) {
  if (!model.sealed()) fail(KAIAKU_WRONG_ORDER, "model: it is not sealed, call kaiaku_model_seal first");
  return model;
}

TrainerOptions checked(const TrainerOptions& options, const ModelConfig& config) {
  check_options(options, config);
  return options;
}

BufferSizes buffer_sizes(const TrainerOptions& options) {
  return {options.max_tokens,
          options.max_tokens,
          options.rank,
          options.targets,
          true,
          0,
          options.kept_layers,
          options.dropout > 0,
          compute_type(options.compute),
          options.offload != 0,
          options.cached_layers};
}

int64_t bytes_of(int64_t n_floats) {
  return n_floats * static_cast<int64_t>(sizeof(float));
}

uint64_t mask_key(uint64_t seed, int64_t step, int64_t pass) {
  return mix64(mix64(mix64(seed) ^ static_cast<uint64_t>(step)) ^ static_cast<uint64_t>(pass));
}

TrainerMemory allocated(const ModelConfig& config, const TrainerOptions& options, Backend& backend) {
  TrainerMemory memory(config, options);
  memory.host.allocate_host(backend);
  for (Arena* arena : {&memory.adapter, &memory.optimizer, &memory.activations, &memory.workspace})
    arena->allocate(backend);
  return memory;
}

}  // namespace

kaiaku_memory plan_memory(const ModelConfig& config, const TrainerOptions& options) {
  check_config(config);
  check_options(options, config);
  return TrainerMemory(config, options).summary(Model::planned_bytes(config));
}

TrainerMemory::TrainerMemory(const ModelConfig& config, const TrainerOptions& options) {
  Adapter(config, options.rank, options.targets, compute_type(options.compute), adapter, optimizer);
  Buffers(config, buffer_sizes(options), activations, workspace, host);
}

kaiaku_memory TrainerMemory::summary(Model::Bytes model) const {
  kaiaku_memory memory{};
  memory.struct_size = sizeof memory;
  memory.weights = model.device;
  memory.host = model.host + host.bytes();
  memory.adapter = adapter.bytes();
  memory.optimizer = optimizer.bytes();
  memory.activations = activations.bytes();
  memory.workspace = workspace.bytes();
  return memory;
}

Trainer::Trainer(const Model& model, const TrainerOptions& options)
    : Trainer(model, options, open_backend(model.config().device)) {}

Trainer::Trainer(const Model& model, const TrainerOptions& options, std::unique_ptr<Backend> backend)
    : model_(sealed(model)),
      options_(checked(options, model.config())),
      n_threads_(threads_or_all(options.n_threads)),
      backend_(std::move(backend)),
      memory_(allocated(model.config(), options, *backend_)),
      adapter_(model.config(), options.rank, options.targets, compute_type(options.compute), memory_.adapter,
               memory_.optimizer),
      buffers_(model.config(), buffer_sizes(options), memory_.activations, memory_.workspace, memory_.host),
      transformer_(model, &adapter_, options.scaling, buffers_, *backend_),
      head_(model, buffers_, *backend_),
      nll_(static_cast<size_t>(options.max_tokens)) {
  backend_->prepare(compute_type(options.compute), buffers_.scratch);
  if (n_threads_ > available_threads()) {
    log_warning(text("options.n_threads is ", n_threads_, ", the process may use ", available_threads(),
                     " processors"));
  }
  log_info(text("trainer: ", adapter_.size(), " LoRA weights, ", options.max_tokens, " tokens at once, ",
                n_threads_, " threads"));
}

Trainer::Loss Trainer::accumulate(const Batch& batch, const uint8_t* learn) {
  check(batch);
  const Targets targets = targets_of(batch, learn);
  if (targets.size() == 0) return {0, 0};
  const ThreadScope threads(n_threads_);
  const Dropout dropout{options_.dropout, mask_key(options_.seed, step_, n_passes_++)};
  const Pass pass{true, Keep::kForBackward, dropout};
  const ConstMatrix x = transformer_.forward(batch, model_.config().n_layers, pass);
  head_.forward_backward(x, targets, nll_.data(), buffers_.d_x.first_rows(batch.n_tokens));
  double sum = 0;
  for (int64_t i = 0; i < targets.size(); ++i) sum += nll_[static_cast<size_t>(i)];
  if (!std::isfinite(sum)) fail(KAIAKU_NOT_FINITE, "the loss is ", sum, "; no gradient was added");
  transformer_.backward(batch);
  n_targets_ += targets.size();
  return {sum, targets.size()};
}

float Trainer::update(float lr) {
  require(std::isfinite(lr) && lr >= 0, "lr is ", lr, ", expected 0 or more");
  if (n_targets_ == 0) fail(KAIAKU_WRONG_ORDER, "nothing to update with: no target was accumulated");
  const ThreadScope threads(n_threads_);
  float* scale = buffers_.update_scale;
  backend_->gradient_scale(adapter_.state(KAIAKU_STATE_GRADIENT), adapter_.size(), n_targets_,
                           options_.max_grad_norm, scale);
  ++step_;
  if (options_.lr_ratio_b == 1) {
    step_ranges({{0, adapter_.size()}}, lr);
  } else {
    step_ranges(adapter_.ranges_of_a(), lr);
    step_ranges(adapter_.ranges_of_b(), lr * options_.lr_ratio_b);
  }
  adapter_.refresh(*backend_, 0, adapter_.size());
  clear_gradients();
  float norm;
  backend_->download(scale + 1, bytes_of(1), &norm);
  if (!std::isfinite(norm)) {
    --step_;
    fail(KAIAKU_NOT_FINITE, "the gradient norm is ", norm, "; no weight was changed");
  }
  return norm;
}

void Trainer::step_ranges(const std::vector<Adapter::Range>& ranges, float lr) {
  const AdamW adamw{lr, options_.beta1, options_.beta2, options_.eps, options_.weight_decay};
  const auto at = [this](int32_t state, const Adapter::Range& range) {
    return adapter_.state(state) + range.offset;
  };
  for (const Adapter::Range& range : ranges) {
    backend_->adamw_step(adamw, step_, buffers_.update_scale, at(KAIAKU_STATE_GRADIENT, range),
                         at(KAIAKU_STATE_ADAM_M, range), at(KAIAKU_STATE_ADAM_V, range),
                         at(KAIAKU_STATE_WEIGHT, range), range.n);
  }
}

void Trainer::evaluate(const Batch& batch, const uint8_t* learn, bool use_adapter, float* token_nll) {
  check(batch);
  const Targets targets = targets_of(batch, learn);
  std::fill_n(token_nll, batch.n_tokens, 0.0f);
  if (targets.size() == 0 && squares_ == nullptr) return;
  const ThreadScope threads(n_threads_);
  const Pass pass{use_adapter, Keep::kNothing, {}, squares_.get()};
  const ConstMatrix x = transformer_.forward(batch, model_.config().n_layers, pass);
  if (squares_ != nullptr) squares_->add_tokens(batch.n_tokens);
  head_.forward(x, targets, nll_.data());
  for (int64_t i = 0; i < targets.size(); ++i) {
    token_nll[targets.rows[static_cast<size_t>(i)] + 1] = nll_[static_cast<size_t>(i)];
  }
}

void Trainer::logits(const Batch& batch, bool use_adapter, float* logits) {
  check(batch);
  const ThreadScope threads(n_threads_);
  const ConstMatrix x = transformer_.forward(batch, model_.config().n_layers, {use_adapter});
  head_.logits(x, logits);
}

void Trainer::hidden(const Batch& batch, bool use_adapter, int64_t layer, float* hidden) {
  check(batch);
  const int64_t n_layers = model_.config().n_layers;
  require(layer >= 0 && layer <= n_layers, "layer is ", layer, ", expected 0 to ", n_layers);
  const ThreadScope threads(n_threads_);
  ConstMatrix x = transformer_.forward(batch, layer, {use_adapter});
  if (layer == n_layers) {
    const Matrix normed = buffers_.d_x.first_rows(x.rows);
    head_.norm(x, normed);
    x = normed;
  }
  backend_->download(x.data, bytes_of(x.size()), hidden);
}

void Trainer::get_tensor(int32_t state, const std::string& name, float* values, int64_t n) const {
  backend_->download(find(state, name, n), bytes_of(n), values);
}

void Trainer::set_tensor(int32_t state, const std::string& name, const float* values, int64_t n) {
  float* to = find(state, name, n);
  if (!all_finite(values, n)) fail(KAIAKU_NOT_FINITE, name, ": a value is NaN or infinite");
  backend_->upload(values, bytes_of(n), to);
  if (state == KAIAKU_STATE_WEIGHT) adapter_.refresh(*backend_, adapter_.find(name).offset, n);
  backend_->finish();
}

void Trainer::set_step(int64_t step) {
  require(step >= 0, "step is ", step, ", expected 0 or more");
  step_ = step;
}

void Trainer::collect_squares(bool on) {
  squares_ = on ? std::make_unique<ActivationSquares>(model_.config(), *backend_) : nullptr;
}

const ActivationSquares& Trainer::squares() const {
  if (squares_ == nullptr) fail(KAIAKU_WRONG_ORDER, "squares are not being collected");
  return *squares_;
}

kaiaku_memory Trainer::memory() const {
  return memory_.summary({model_.bytes(), model_.host_bytes()});
}

float* Trainer::find(int32_t state, const std::string& name, int64_t n) const {
  require(state >= KAIAKU_STATE_WEIGHT && state <= KAIAKU_STATE_ADAM_V, "state is ", state, ", expected ",
          KAIAKU_STATE_WEIGHT, " to ", KAIAKU_STATE_ADAM_V);
  const Adapter::Range range = adapter_.find(name);
  require(n == range.n, name, ": n is ", n, ", expected ", range.n);
  return adapter_.state(state) + range.offset;
}

void Trainer::check(const Batch& batch) const {
  check_batch(batch, options_.max_tokens, model_.config().vocab_size);
}

void Trainer::clear_gradients() {
  backend_->zero(adapter_.state(KAIAKU_STATE_GRADIENT), bytes_of(adapter_.size()));
  n_targets_ = 0;
  n_passes_ = 0;
}

}  // namespace kaiaku
