// The C interface: every function checks its pointers, calls, and turns what is thrown into a status.
#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <string>

#include "backend/backend.h"
#include "backend/devices.h"
#include "base/error.h"
#include "base/log.h"
#include "base/processor.h"
#include "kaiaku.h"
#include "model/decoder.h"
#include "model/merge.h"
#include "model/model.h"
#include "train/trainer.h"

struct kaiaku_model {
  kaiaku::Model model;
};

struct kaiaku_trainer {
  kaiaku::Trainer trainer;
};

struct kaiaku_decoder {
  kaiaku::Decoder decoder;
};

namespace {

using kaiaku::fail;
using kaiaku::require;

thread_local std::string last_error;

int32_t failed(int32_t status, const char* message) noexcept {
  try {
    last_error = message;
  } catch (const std::bad_alloc&) {
    last_error.clear();
  }
  return status;
}

// Runs the body of a call; what it throws becomes a status and this thread's last error.
template <class Body>
int32_t guard(const Body& body) noexcept {
  try {
    body();
    return KAIAKU_OK;
  } catch (const kaiaku::Error& error) {
    return failed(error.status(), error.what());
  } catch (const std::bad_alloc&) {
    return failed(KAIAKU_OUT_OF_MEMORY, "out of memory in a small allocation");
  } catch (const std::exception& error) {
    return failed(KAIAKU_INTERNAL, error.what());
  } catch (...) {
    return failed(KAIAKU_INTERNAL, "unknown exception");
  }
}

void not_null(const void* pointer, const char* argument) {
  require(pointer != nullptr, argument, " is null");
}

// The caller's struct must be the one that this library knows.
template <class Struct>
void check_struct(const Struct* value, const char* argument) {
  not_null(value, argument);
  require(value->struct_size == static_cast<int32_t>(sizeof(Struct)), argument, "->struct_size is ",
          value->struct_size, ", expected ", sizeof(Struct));
}

kaiaku::Batch batch_of(const int32_t* tokens, int32_t n_tokens, const int32_t* cu_seqlens,
                       int32_t n_sequences) {
  not_null(tokens, "tokens");
  not_null(cu_seqlens, "cu_seqlens");
  return {tokens, n_tokens, cu_seqlens, n_sequences};
}

bool flag(int32_t value, const char* argument) {
  require(value == 0 || value == 1, argument, " is ", value, ", expected 0 or 1");
  return value == 1;
}

}  // namespace

int32_t kaiaku_abi_version(void) {
  return KAIAKU_ABI_VERSION;
}

const char* kaiaku_build_info(void) {
  static const std::string info =
      kaiaku::build_text() + ", " + kaiaku::matmul_library() + ", backends: " + kaiaku::backends_text();
  return info.c_str();
}

const char* kaiaku_status_name(int32_t status) {
  switch (status) {
    case KAIAKU_OK:
      return "ok";
    case KAIAKU_INVALID_ARGUMENT:
      return "invalid argument";
    case KAIAKU_WRONG_ORDER:
      return "wrong order";
    case KAIAKU_OUT_OF_MEMORY:
      return "out of memory";
    case KAIAKU_UNSUPPORTED:
      return "unsupported";
    case KAIAKU_NOT_FINITE:
      return "not finite";
    case KAIAKU_INTERNAL:
      return "internal error";
    default:
      return "unknown status";
  }
}

const char* kaiaku_last_error(void) {
  return last_error.c_str();
}

int32_t kaiaku_preferred_compute(int32_t* compute) {
  return guard([&] {
    not_null(compute, "compute");
    *compute = kaiaku::bf16_unit() == kaiaku::Bf16Unit::kNone ? KAIAKU_COMPUTE_F32 : KAIAKU_COMPUTE_BF16;
  });
}

int32_t kaiaku_set_log(kaiaku_log_fn log, void* user) {
  return guard([&] { kaiaku::set_log(log, user); });
}

int32_t kaiaku_device_count(int32_t* count) {
  return guard([&] {
    not_null(count, "count");
    *count = kaiaku::device_count();
  });
}

int32_t kaiaku_device_get(int32_t index, kaiaku_device_info* info) {
  return guard([&] {
    check_struct(info, "info");
    kaiaku::device_get(index, info);
  });
}

int32_t kaiaku_model_create(const kaiaku_model_config* config, kaiaku_model** model) {
  return guard([&] {
    check_struct(config, "config");
    not_null(model, "model");
    kaiaku::require_processor();
    *model = new kaiaku_model{kaiaku::Model(*config)};
  });
}

int32_t kaiaku_model_set_rows(kaiaku_model* model, const char* name, int32_t type, int32_t n_dims,
                              const int64_t* shape, int64_t first_row, int64_t n_rows, const void* data,
                              int64_t n_bytes) {
  return guard([&] {
    not_null(model, "model");
    not_null(name, "name");
    not_null(shape, "shape");
    not_null(data, "data");
    model->model.set_rows(name, type, n_dims, shape, first_row, n_rows, data, n_bytes);
  });
}

int32_t kaiaku_model_set_nf4(kaiaku_model* model, const char* name, int32_t n_dims, const int64_t* shape,
                             const kaiaku_nf4* nf4) {
  return guard([&] {
    not_null(model, "model");
    not_null(name, "name");
    not_null(shape, "shape");
    check_struct(nf4, "nf4");
    not_null(nf4->quant_map, "nf4->quant_map");
    not_null(nf4->packed, "nf4->packed");
    not_null(nf4->absmax, "nf4->absmax");
    if (nf4->nested_block_size != 0) {
      not_null(nf4->nested_absmax, "nf4->nested_absmax");
      not_null(nf4->nested_quant_map, "nf4->nested_quant_map");
    }
    model->model.set_nf4(name, n_dims, shape,
                         {nf4->block_size, nf4->nested_block_size, nf4->nested_offset, nf4->quant_map,
                          nf4->packed, nf4->absmax, nf4->nested_absmax, nf4->nested_quant_map});
  });
}

int32_t kaiaku_model_get_nf4(const kaiaku_model* model, const char* name, uint8_t* packed, int64_t n_packed,
                             uint8_t* absmax, int64_t n_absmax, float* nested_absmax, int64_t n_nested_absmax,
                             float* nested_offset) {
  return guard([&] {
    not_null(model, "model");
    not_null(name, "name");
    not_null(packed, "packed");
    not_null(absmax, "absmax");
    not_null(nested_absmax, "nested_absmax");
    not_null(nested_offset, "nested_offset");
    const kaiaku::Nf4Bytes nf4 = model->model.nf4(name);
    const auto copy = [](const char* argument, const auto& from, int64_t n, auto* to) {
      require(n == static_cast<int64_t>(from.size()), argument, " is ", n, ", expected ", from.size());
      std::copy(from.begin(), from.end(), to);
    };
    copy("n_packed", nf4.packed, n_packed, packed);
    copy("n_absmax", nf4.absmax, n_absmax, absmax);
    copy("n_nested_absmax", nf4.nested_absmax, n_nested_absmax, nested_absmax);
    *nested_offset = nf4.nested_offset;
  });
}

int32_t kaiaku_model_seal(kaiaku_model* model) {
  return guard([&] {
    not_null(model, "model");
    model->model.seal();
  });
}

int32_t kaiaku_model_memory(const kaiaku_model* model, int64_t* bytes) {
  return guard([&] {
    not_null(model, "model");
    not_null(bytes, "bytes");
    *bytes = model->model.bytes();
  });
}

void kaiaku_model_free(kaiaku_model* model) {
  delete model;
}

int32_t kaiaku_plan_memory(const kaiaku_model_config* config, const kaiaku_trainer_options* options,
                           kaiaku_memory* memory) {
  return guard([&] {
    check_struct(config, "config");
    check_struct(options, "options");
    check_struct(memory, "memory");
    *memory = kaiaku::plan_memory(*config, *options);
  });
}

int32_t kaiaku_trainer_create(kaiaku_model* model, const kaiaku_trainer_options* options,
                              kaiaku_trainer** trainer) {
  return guard([&] {
    not_null(model, "model");
    check_struct(options, "options");
    not_null(trainer, "trainer");
    kaiaku::require_processor();
    *trainer = new kaiaku_trainer{{model->model, *options}};
  });
}

int32_t kaiaku_trainer_accumulate(kaiaku_trainer* trainer, const int32_t* tokens, const uint8_t* learn,
                                  int32_t n_tokens, const int32_t* cu_seqlens, int32_t n_sequences,
                                  double* loss_sum, int64_t* n_targets) {
  return guard([&] {
    not_null(trainer, "trainer");
    not_null(loss_sum, "loss_sum");
    not_null(n_targets, "n_targets");
    const auto loss = trainer->trainer.accumulate(batch_of(tokens, n_tokens, cu_seqlens, n_sequences), learn);
    *loss_sum = loss.sum;
    *n_targets = loss.n_targets;
  });
}

int32_t kaiaku_trainer_update(kaiaku_trainer* trainer, float lr, float* grad_norm) {
  return guard([&] {
    not_null(trainer, "trainer");
    const float norm = trainer->trainer.update(lr);
    if (grad_norm != nullptr) *grad_norm = norm;
  });
}

int32_t kaiaku_trainer_evaluate(kaiaku_trainer* trainer, const int32_t* tokens, const uint8_t* learn,
                                int32_t n_tokens, const int32_t* cu_seqlens, int32_t n_sequences,
                                int32_t use_adapter, float* token_nll) {
  return guard([&] {
    not_null(trainer, "trainer");
    not_null(token_nll, "token_nll");
    trainer->trainer.evaluate(batch_of(tokens, n_tokens, cu_seqlens, n_sequences), learn,
                              flag(use_adapter, "use_adapter"), token_nll);
  });
}

int32_t kaiaku_trainer_logits(kaiaku_trainer* trainer, const int32_t* tokens, int32_t n_tokens,
                              const int32_t* cu_seqlens, int32_t n_sequences, int32_t use_adapter,
                              float* logits) {
  return guard([&] {
    not_null(trainer, "trainer");
    not_null(logits, "logits");
    trainer->trainer.logits(batch_of(tokens, n_tokens, cu_seqlens, n_sequences),
                            flag(use_adapter, "use_adapter"), logits);
  });
}

int32_t kaiaku_trainer_hidden(kaiaku_trainer* trainer, const int32_t* tokens, int32_t n_tokens,
                              const int32_t* cu_seqlens, int32_t n_sequences, int32_t use_adapter,
                              int32_t layer, float* hidden) {
  return guard([&] {
    not_null(trainer, "trainer");
    not_null(hidden, "hidden");
    trainer->trainer.hidden(batch_of(tokens, n_tokens, cu_seqlens, n_sequences),
                            flag(use_adapter, "use_adapter"), layer, hidden);
  });
}

int32_t kaiaku_trainer_get_tensor(const kaiaku_trainer* trainer, int32_t state, const char* name,
                                  float* values, int64_t n) {
  return guard([&] {
    not_null(trainer, "trainer");
    not_null(name, "name");
    not_null(values, "values");
    trainer->trainer.get_tensor(state, name, values, n);
  });
}

int32_t kaiaku_trainer_set_tensor(kaiaku_trainer* trainer, int32_t state, const char* name,
                                  const float* values, int64_t n) {
  return guard([&] {
    not_null(trainer, "trainer");
    not_null(name, "name");
    not_null(values, "values");
    trainer->trainer.set_tensor(state, name, values, n);
  });
}

int32_t kaiaku_trainer_get_step(const kaiaku_trainer* trainer, int64_t* step) {
  return guard([&] {
    not_null(trainer, "trainer");
    not_null(step, "step");
    *step = trainer->trainer.step();
  });
}

int32_t kaiaku_trainer_set_step(kaiaku_trainer* trainer, int64_t step) {
  return guard([&] {
    not_null(trainer, "trainer");
    trainer->trainer.set_step(step);
  });
}

int32_t kaiaku_trainer_collect_squares(kaiaku_trainer* trainer, int32_t on) {
  return guard([&] {
    not_null(trainer, "trainer");
    trainer->trainer.collect_squares(flag(on, "on"));
  });
}

int32_t kaiaku_trainer_get_squares(const kaiaku_trainer* trainer, const char* linear, float* sums, int64_t n,
                                   int64_t* n_tokens) {
  return guard([&] {
    not_null(trainer, "trainer");
    not_null(linear, "linear");
    not_null(sums, "sums");
    not_null(n_tokens, "n_tokens");
    const kaiaku::ActivationSquares& squares = trainer->trainer.squares();
    squares.get(linear, sums, n);
    *n_tokens = squares.n_tokens();
  });
}

int32_t kaiaku_trainer_memory(const kaiaku_trainer* trainer, kaiaku_memory* memory) {
  return guard([&] {
    not_null(trainer, "trainer");
    check_struct(memory, "memory");
    *memory = trainer->trainer.memory();
  });
}

void kaiaku_trainer_free(kaiaku_trainer* trainer) {
  delete trainer;
}

int32_t kaiaku_decoder_create(kaiaku_model* model, kaiaku_trainer* trainer,
                              const kaiaku_decoder_options* options, kaiaku_decoder** decoder) {
  return guard([&] {
    not_null(model, "model");
    check_struct(options, "options");
    not_null(decoder, "decoder");
    const kaiaku::Adapter* adapter = nullptr;
    float scaling = 0;
    if (flag(options->use_adapter, "options->use_adapter")) {
      not_null(trainer, "trainer");
      require(&trainer->trainer.model() == &model->model, "trainer is of another model");
      adapter = &trainer->trainer.adapter();
      scaling = trainer->trainer.scaling();
    }
    kaiaku::require_processor();
    *decoder = new kaiaku_decoder{{model->model, adapter, scaling, *options}};
  });
}

int32_t kaiaku_decoder_prefill(kaiaku_decoder* decoder, int32_t slot, int32_t n_past, const int32_t* tokens,
                               int32_t n_tokens, float* logits) {
  return guard([&] {
    not_null(decoder, "decoder");
    not_null(tokens, "tokens");
    not_null(logits, "logits");
    decoder->decoder.prefill(slot, n_past, tokens, n_tokens, logits);
  });
}

int32_t kaiaku_decoder_fork(kaiaku_decoder* decoder, int32_t from, int32_t to, int32_t n_tokens) {
  return guard([&] {
    not_null(decoder, "decoder");
    decoder->decoder.fork(from, to, n_tokens);
  });
}

int32_t kaiaku_decoder_step(kaiaku_decoder* decoder, const int32_t* slots, const int32_t* tokens, int32_t n,
                            float* logits) {
  return guard([&] {
    not_null(decoder, "decoder");
    not_null(slots, "slots");
    not_null(tokens, "tokens");
    not_null(logits, "logits");
    decoder->decoder.step(slots, tokens, n, logits);
  });
}

int32_t kaiaku_decoder_memory(const kaiaku_decoder* decoder, int64_t* bytes) {
  return guard([&] {
    not_null(decoder, "decoder");
    not_null(bytes, "bytes");
    *bytes = decoder->decoder.bytes();
  });
}

void kaiaku_decoder_free(kaiaku_decoder* decoder) {
  delete decoder;
}

int32_t kaiaku_merge_rows(int32_t type, const void* rows, int64_t n_rows, int64_t n_cols, const float* b,
                          const float* a, int32_t rank, float scale, float* values) {
  return guard([&] {
    not_null(rows, "rows");
    not_null(values, "values");
    require(rank >= 0, "rank is ", rank, ", expected 0 or more");
    require(std::isfinite(scale), "scale is ", scale, ", expected a finite number");
    if (rank > 0) {
      not_null(b, "b");
      not_null(a, "a");
    }
    kaiaku::require_processor();
    kaiaku::merge_rows(type, rows, {b, n_rows, rank, rank}, {a, rank, n_cols, n_cols}, scale,
                       {values, n_rows, n_cols, n_cols});
  });
}
