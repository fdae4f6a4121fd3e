/* Calls every function of the C interface wrongly: each must answer with a status and name the culprit. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kaiaku.h"

enum { D = 16, F = 24, V = 12, E = 8, T = 6, R = 2 };

static int failures = 0;

static void expect(int32_t actual, int32_t status, const char* word, const char* call) {
  const char* message = kaiaku_last_error();
  if (actual == status && (status == KAIAKU_OK || strstr(message, word) != NULL)) return;
  printf("FAIL  %s\n      status %d (%s), expected %d about '%s'\n", call, actual, message, status, word);
  failures++;
}

#define EXPECT(call, status, word) expect(call, status, word, #call)
#define OK(call) expect(call, KAIAKU_OK, "", #call)
#define INVALID(call, word) expect(call, KAIAKU_INVALID_ARGUMENT, word, #call)

static kaiaku_model_config config(void) {
  kaiaku_model_config c;
  memset(&c, 0, sizeof c);
  c.struct_size = sizeof c;
  c.device = -1;
  c.weights = KAIAKU_WEIGHTS_F32;
  c.n_layers = 1;
  c.hidden_size = D;
  c.intermediate_size = F;
  c.n_heads = 2;
  c.n_kv_heads = 1;
  c.head_dim = E;
  c.vocab_size = V;
  c.tied_embeddings = 1;
  c.rms_norm_eps = 1e-5f;
  c.embedding_scale = 1;
  c.attention_scale = 0.35f;
  return c;
}

static kaiaku_trainer_options options(void) {
  kaiaku_trainer_options o;
  memset(&o, 0, sizeof o);
  o.struct_size = sizeof o;
  o.rank = R;
  o.targets = KAIAKU_TARGET_ALL;
  o.max_tokens = T;
  o.n_threads = 1;
  o.scaling = 2;
  o.beta1 = 0.9f;
  o.beta2 = 0.999f;
  o.eps = 1e-8f;
  o.kept_layers = 1;
  o.lr_ratio_b = 1;
  return o;
}

static int32_t set(kaiaku_model* model, const char* name, int64_t rows, int64_t cols) {
  const int64_t matrix[] = {rows, cols};
  const int64_t n = rows * cols;
  float* values = malloc((size_t)n * sizeof(float));
  int32_t status;
  int64_t i;
  for (i = 0; i < n; i++) values[i] = 0.1f * (float)(i % 7) - 0.2f;
  status = kaiaku_model_set_rows(model, name, KAIAKU_TYPE_F32, rows > 1 ? 2 : 1,
                                 rows > 1 ? matrix : matrix + 1, 0, rows, values, n * (int64_t)sizeof(float));
  free(values);
  return status;
}

static void test_library(void) {
  if (kaiaku_abi_version() != KAIAKU_ABI_VERSION) failures++;
  if (strstr(kaiaku_build_info(), "oneDNN") == NULL) failures++;
  if (strcmp(kaiaku_status_name(KAIAKU_INVALID_ARGUMENT), "invalid argument") != 0) failures++;
  if (strcmp(kaiaku_status_name(-5), "unknown status") != 0) failures++;
  if (strcmp(kaiaku_last_error(), "") != 0) failures++;
  OK(kaiaku_set_log(NULL, NULL));
}

static void test_devices(void) {
  kaiaku_device_info info;
  int32_t count = -1;
  INVALID(kaiaku_device_count(NULL), "count");
  OK(kaiaku_device_count(&count));
  memset(&info, 0, sizeof info);
  INVALID(kaiaku_device_get(0, NULL), "info");
  INVALID(kaiaku_device_get(0, &info), "struct_size");
  info.struct_size = sizeof info;
  EXPECT(kaiaku_device_get(count, &info), KAIAKU_UNSUPPORTED, "device");
  EXPECT(kaiaku_device_get(-1, &info), KAIAKU_UNSUPPORTED, "device -1");
}

static kaiaku_model* test_model(void) {
  kaiaku_model_config c = config();
  kaiaku_model* model = NULL;
  const int64_t shape[] = {V, D}, wrong[] = {V, D + 1};
  const uint8_t local_layers[] = {1};
  float rows[V * D];
  const int64_t bytes = sizeof rows;
  const char* embedding = "model.embed_tokens.weight";
  int64_t held = 0;
  memset(rows, 0, sizeof rows);

  INVALID(kaiaku_model_create(NULL, &model), "config");
  INVALID(kaiaku_model_create(&c, NULL), "model");
  c.struct_size = 12;
  INVALID(kaiaku_model_create(&c, &model), "struct_size");
  c = config();
  c.head_dim = 7;
  INVALID(kaiaku_model_create(&c, &model), "head_dim");
  c = config();
  c.device = 99;
  EXPECT(kaiaku_model_create(&c, &model), KAIAKU_UNSUPPORTED, "device");
  c = config();
  c.activation = 42;
  EXPECT(kaiaku_model_create(&c, &model), KAIAKU_UNSUPPORTED, "activation");
  c = config();
  c.attention_scale = 0;
  INVALID(kaiaku_model_create(&c, &model), "attention_scale");
  c = config();
  c.local_layers = local_layers;
  INVALID(kaiaku_model_create(&c, &model), "sliding_window");
  c = config();
  c.hidden_size = 1 << 24;
  c.intermediate_size = 1 << 24;
  EXPECT(kaiaku_model_create(&c, &model), KAIAKU_OUT_OF_MEMORY, "bytes");
  if (model != NULL) failures++;
  c = config();
  OK(kaiaku_model_create(&c, &model));

  INVALID(kaiaku_model_set_rows(NULL, embedding, 0, 2, shape, 0, V, rows, bytes), "model");
  INVALID(kaiaku_model_set_rows(model, NULL, 0, 2, shape, 0, V, rows, bytes), "name");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 2, NULL, 0, V, rows, bytes), "shape");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 2, shape, 0, V, NULL, bytes), "data");
  INVALID(kaiaku_model_set_rows(model, "nonsense", 0, 2, shape, 0, V, rows, bytes), "nonsense");
  INVALID(kaiaku_model_set_rows(model, "lm_head.weight", 0, 2, shape, 0, V, rows, bytes), "lm_head");
  INVALID(kaiaku_model_set_rows(model, "model.layers.1.mlp.up_proj.weight", 0, 2, shape, 0, V, rows, bytes),
          "layers.1");
  EXPECT(kaiaku_model_set_rows(model, embedding, 99, 2, shape, 0, V, rows, bytes), KAIAKU_UNSUPPORTED,
         "type 99");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 1, shape, 0, V, rows, bytes), "n_dims");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 3, shape, 0, V, rows, bytes), "n_dims");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 2, wrong, 0, V, rows, bytes),
          "shape [12, 17], expected [12, 16]");
  INVALID(kaiaku_model_set_rows(model, embedding, KAIAKU_TYPE_Q8_0, 2, shape, 0, V, rows, bytes), "Q8_0");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 2, shape, -1, V, rows, bytes), "first_row");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 2, shape, 0, V + 1, rows, bytes), "n_rows");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 2, shape, 0, 0, rows, 0), "n_rows");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 2, shape, INT64_MAX, V, rows, bytes), "first_row");
  INVALID(kaiaku_model_set_rows(model, embedding, 0, 2, shape, 0, V, rows, bytes - 1), "n_bytes");
  EXPECT(kaiaku_model_set_rows(model, embedding, 0, 2, shape, 3, 1, rows, D * 4), KAIAKU_WRONG_ORDER,
         "first_row");
  rows[5] = NAN;
  EXPECT(kaiaku_model_set_rows(model, embedding, 0, 2, shape, 0, V, rows, bytes), KAIAKU_NOT_FINITE,
         embedding);

  INVALID(kaiaku_model_seal(NULL), "model");
  INVALID(kaiaku_model_seal(model), "missing");
  INVALID(kaiaku_model_memory(NULL, &held), "model");
  INVALID(kaiaku_model_memory(model, NULL), "bytes");
  OK(kaiaku_model_memory(model, &held));
  if (held < (int64_t)sizeof rows) failures++;

  OK(set(model, embedding, V, D));
  OK(set(model, "model.norm.weight", 1, D));
  OK(set(model, "rope.inv_freq", 1, E / 2));
  OK(set(model, "model.layers.0.input_layernorm.weight", 1, D));
  OK(set(model, "model.layers.0.post_attention_layernorm.weight", 1, D));
  OK(set(model, "model.layers.0.self_attn.q_proj.weight", 2 * E, D));
  OK(set(model, "model.layers.0.self_attn.k_proj.weight", E, D));
  OK(set(model, "model.layers.0.self_attn.v_proj.weight", E, D));
  OK(set(model, "model.layers.0.self_attn.o_proj.weight", D, 2 * E));
  OK(set(model, "model.layers.0.mlp.gate_proj.weight", F, D));
  OK(set(model, "model.layers.0.mlp.up_proj.weight", F, D));
  return model;
}

static kaiaku_trainer* test_create(kaiaku_model* model) {
  kaiaku_trainer_options o = options();
  kaiaku_trainer* trainer = NULL;
  EXPECT(kaiaku_trainer_create(model, &o, &trainer), KAIAKU_WRONG_ORDER, "seal");
  OK(set(model, "model.layers.0.mlp.down_proj.weight", D, F));
  OK(kaiaku_model_seal(model));
  EXPECT(kaiaku_model_seal(model), KAIAKU_WRONG_ORDER, "sealed");
  EXPECT(set(model, "model.norm.weight", 1, D), KAIAKU_WRONG_ORDER, "model.norm.weight");
  INVALID(kaiaku_trainer_create(NULL, &o, &trainer), "model");
  INVALID(kaiaku_trainer_create(model, NULL, &trainer), "options");
  INVALID(kaiaku_trainer_create(model, &o, NULL), "trainer");
  o.struct_size = 4;
  INVALID(kaiaku_trainer_create(model, &o, &trainer), "struct_size");
  o = options();
  o.rank = 9;
  INVALID(kaiaku_trainer_create(model, &o, &trainer), "rank");
  if (trainer != NULL) failures++;
  o = options();
  OK(kaiaku_trainer_create(model, &o, &trainer));
  return trainer;
}

static void test_memory(kaiaku_trainer* trainer) {
  kaiaku_model_config c = config();
  kaiaku_trainer_options o = options();
  kaiaku_memory plan, held;
  memset(&plan, 0, sizeof plan);
  memset(&held, 0, sizeof held);
  INVALID(kaiaku_plan_memory(&c, &o, &plan), "memory->struct_size");
  INVALID(kaiaku_trainer_memory(trainer, &held), "memory->struct_size");
  plan.struct_size = sizeof plan;
  held.struct_size = sizeof held;
  INVALID(kaiaku_plan_memory(NULL, &o, &plan), "config");
  INVALID(kaiaku_plan_memory(&c, NULL, &plan), "options");
  INVALID(kaiaku_plan_memory(&c, &o, NULL), "memory");
  INVALID(kaiaku_trainer_memory(NULL, &held), "trainer");
  INVALID(kaiaku_trainer_memory(trainer, NULL), "memory");
  o.max_tokens = -1;
  INVALID(kaiaku_plan_memory(&c, &o, &plan), "max_tokens");
  o = options();
  c.n_layers = 0;
  INVALID(kaiaku_plan_memory(&c, &o, &plan), "n_layers");
  c = config();
  OK(kaiaku_plan_memory(&c, &o, &plan));
  OK(kaiaku_trainer_memory(trainer, &held));
  if (memcmp(&plan, &held, sizeof plan) != 0) {
    printf("FAIL  the plan is not what is held\n");
    failures++;
  }
}

static void test_passes(kaiaku_trainer* t) {
  int32_t tokens[T + 1] = {1, 2, 3, 4, 5, 6, 7}, bad_tokens[T] = {1, 2, V, 4, 5, 6};
  const int32_t cu[] = {0, 2, T}, bad_cu[] = {0, 0, T};
  const uint8_t learn[T] = {0, 1, 0, 1, 1, 1}, bad_learn[T] = {0, 1, 0, 2, 1, 1};
  double loss = -1;
  int64_t n = -1;
  float nll[T], logits[T * V], hidden[T * D], norm = -1;

  EXPECT(kaiaku_trainer_update(t, 0.1f, &norm), KAIAKU_WRONG_ORDER, "accumulated");
  INVALID(kaiaku_trainer_accumulate(NULL, tokens, learn, T, cu, 2, &loss, &n), "trainer");
  INVALID(kaiaku_trainer_accumulate(t, NULL, learn, T, cu, 2, &loss, &n), "tokens");
  INVALID(kaiaku_trainer_accumulate(t, tokens, learn, T, NULL, 2, &loss, &n), "cu_seqlens");
  INVALID(kaiaku_trainer_accumulate(t, tokens, learn, T, cu, 2, NULL, &n), "loss_sum");
  INVALID(kaiaku_trainer_accumulate(t, tokens, learn, T, cu, 2, &loss, NULL), "n_targets");
  INVALID(kaiaku_trainer_accumulate(t, bad_tokens, learn, T, cu, 2, &loss, &n), "tokens[2]");
  INVALID(kaiaku_trainer_accumulate(t, tokens, bad_learn, T, cu, 2, &loss, &n), "learn[3]");
  INVALID(kaiaku_trainer_accumulate(t, tokens, learn, T, bad_cu, 2, &loss, &n), "cu_seqlens[1]");
  INVALID(kaiaku_trainer_accumulate(t, tokens, learn, 0, cu, 2, &loss, &n), "n_tokens");
  INVALID(kaiaku_trainer_accumulate(t, tokens, learn, T + 1, cu, 2, &loss, &n), "n_tokens");
  INVALID(kaiaku_trainer_accumulate(t, tokens, learn, T, cu, 0, &loss, &n), "n_sequences");
  if (loss != -1 || n != -1) failures++; /* results are untouched on failure */
  OK(kaiaku_trainer_accumulate(t, tokens, learn, T, cu, 2, &loss, &n));
  if (!(loss > 0) || n != 4) failures++;

  INVALID(kaiaku_trainer_update(NULL, 0.1f, &norm), "trainer");
  INVALID(kaiaku_trainer_update(t, NAN, &norm), "lr");
  OK(kaiaku_trainer_update(t, 0.1f, NULL));

  INVALID(kaiaku_trainer_evaluate(NULL, tokens, learn, T, cu, 2, 1, nll), "trainer");
  INVALID(kaiaku_trainer_evaluate(t, NULL, learn, T, cu, 2, 1, nll), "tokens");
  INVALID(kaiaku_trainer_evaluate(t, tokens, learn, T, NULL, 2, 1, nll), "cu_seqlens");
  INVALID(kaiaku_trainer_evaluate(t, tokens, learn, T, cu, 2, 3, nll), "use_adapter");
  INVALID(kaiaku_trainer_evaluate(t, tokens, learn, T, cu, 2, 1, NULL), "token_nll");
  INVALID(kaiaku_trainer_evaluate(t, bad_tokens, learn, T, cu, 2, 1, nll), "tokens[2]");
  OK(kaiaku_trainer_evaluate(t, tokens, NULL, T, cu, 2, 0, nll));

  INVALID(kaiaku_trainer_logits(NULL, tokens, T, cu, 2, 1, logits), "trainer");
  INVALID(kaiaku_trainer_logits(t, NULL, T, cu, 2, 1, logits), "tokens");
  INVALID(kaiaku_trainer_logits(t, tokens, T, NULL, 2, 1, logits), "cu_seqlens");
  INVALID(kaiaku_trainer_logits(t, tokens, T, cu, 2, -1, logits), "use_adapter");
  INVALID(kaiaku_trainer_logits(t, tokens, T, cu, 2, 1, NULL), "logits");
  OK(kaiaku_trainer_logits(t, tokens, T, cu, 2, 1, logits));

  INVALID(kaiaku_trainer_hidden(NULL, tokens, T, cu, 2, 1, 0, hidden), "trainer");
  INVALID(kaiaku_trainer_hidden(t, NULL, T, cu, 2, 1, 0, hidden), "tokens");
  INVALID(kaiaku_trainer_hidden(t, tokens, T, NULL, 2, 1, 0, hidden), "cu_seqlens");
  INVALID(kaiaku_trainer_hidden(t, tokens, T, cu, 2, 2, 0, hidden), "use_adapter");
  INVALID(kaiaku_trainer_hidden(t, tokens, T, cu, 2, 1, 2, hidden), "layer");
  INVALID(kaiaku_trainer_hidden(t, tokens, T, cu, 2, 1, 0, NULL), "hidden");
  OK(kaiaku_trainer_hidden(t, tokens, T, cu, 2, 1, 1, hidden));
}

static void test_squares(kaiaku_trainer* t) {
  const int32_t tokens[T] = {1, 2, 3, 4, 5, 6};
  const int32_t cu[] = {0, T};
  const char* linear = "model.layers.0.mlp.down_proj";
  float nll[T], sums[F];
  int64_t n = -1;
  INVALID(kaiaku_trainer_collect_squares(NULL, 1), "trainer");
  INVALID(kaiaku_trainer_collect_squares(t, 2), "on is 2");
  EXPECT(kaiaku_trainer_get_squares(t, linear, sums, F, &n), KAIAKU_WRONG_ORDER, "squares");
  OK(kaiaku_trainer_collect_squares(t, 1));
  OK(kaiaku_trainer_evaluate(t, tokens, NULL, T, cu, 1, 0, nll));
  INVALID(kaiaku_trainer_get_squares(NULL, linear, sums, F, &n), "trainer");
  INVALID(kaiaku_trainer_get_squares(t, NULL, sums, F, &n), "linear");
  INVALID(kaiaku_trainer_get_squares(t, "model.layers.0.mlp", sums, F, &n), "model.layers.0.mlp");
  INVALID(kaiaku_trainer_get_squares(t, linear, NULL, F, &n), "sums");
  INVALID(kaiaku_trainer_get_squares(t, linear, sums, F - 1, &n), "expected 24");
  INVALID(kaiaku_trainer_get_squares(t, linear, sums, F, NULL), "n_tokens");
  OK(kaiaku_trainer_get_squares(t, linear, sums, F, &n));
  if (n != T || !(sums[0] > 0)) failures++;
  OK(kaiaku_trainer_collect_squares(t, 0));
}

static void test_decoder(kaiaku_model* model, kaiaku_trainer* t) {
  kaiaku_decoder_options o;
  kaiaku_decoder* decoder = NULL;
  const int32_t tokens[] = {1, 2, 3}, slots[] = {1, 0};
  float logits[2 * V];
  int64_t bytes = 0;
  memset(&o, 0, sizeof o);
  o.n_slots = 2;
  o.slot_tokens = 4;
  o.use_adapter = 1;
  INVALID(kaiaku_decoder_create(model, t, &o, &decoder), "struct_size");
  o.struct_size = sizeof o;
  INVALID(kaiaku_decoder_create(NULL, t, &o, &decoder), "model");
  INVALID(kaiaku_decoder_create(model, NULL, &o, &decoder), "trainer");
  INVALID(kaiaku_decoder_create(model, t, NULL, &decoder), "options");
  INVALID(kaiaku_decoder_create(model, t, &o, NULL), "decoder");
  o.use_adapter = 2;
  INVALID(kaiaku_decoder_create(model, t, &o, &decoder), "use_adapter");
  o.use_adapter = 0;
  o.n_slots = 0;
  INVALID(kaiaku_decoder_create(model, NULL, &o, &decoder), "n_slots");
  if (decoder != NULL) failures++;
  o.n_slots = 2;
  OK(kaiaku_decoder_create(model, NULL, &o, &decoder));
  INVALID(kaiaku_decoder_prefill(NULL, 0, 0, tokens, 3, logits), "decoder");
  INVALID(kaiaku_decoder_prefill(decoder, 2, 0, tokens, 3, logits), "slot");
  INVALID(kaiaku_decoder_prefill(decoder, 0, 0, NULL, 3, logits), "tokens");
  INVALID(kaiaku_decoder_prefill(decoder, 0, 0, tokens, 5, logits), "n_tokens");
  INVALID(kaiaku_decoder_prefill(decoder, 0, 0, tokens, 3, NULL), "logits");
  OK(kaiaku_decoder_prefill(decoder, 0, 0, tokens, 3, logits));
  INVALID(kaiaku_decoder_prefill(decoder, 0, 4, tokens, 1, logits), "n_past");
  INVALID(kaiaku_decoder_fork(NULL, 0, 1, 1), "decoder");
  INVALID(kaiaku_decoder_fork(decoder, 0, 0, 1), "same slot");
  INVALID(kaiaku_decoder_fork(decoder, 0, 1, 4), "n_tokens");
  OK(kaiaku_decoder_fork(decoder, 0, 1, 3));
  OK(kaiaku_decoder_prefill(decoder, 1, 0, tokens, 1, logits));
  INVALID(kaiaku_decoder_step(NULL, slots, tokens, 2, logits), "decoder");
  INVALID(kaiaku_decoder_step(decoder, NULL, tokens, 2, logits), "slots");
  INVALID(kaiaku_decoder_step(decoder, slots, NULL, 2, logits), "tokens");
  INVALID(kaiaku_decoder_step(decoder, slots, tokens, 2, NULL), "logits");
  INVALID(kaiaku_decoder_step(decoder, slots, tokens, 0, logits), "n is 0");
  OK(kaiaku_decoder_step(decoder, slots, tokens, 2, logits));
  INVALID(kaiaku_decoder_step(decoder, slots, tokens, 2, logits), "full");
  INVALID(kaiaku_decoder_memory(NULL, &bytes), "decoder");
  INVALID(kaiaku_decoder_memory(decoder, NULL), "bytes");
  OK(kaiaku_decoder_memory(decoder, &bytes));
  if (bytes <= 0) failures++;
  kaiaku_decoder_free(decoder);
  kaiaku_decoder_free(NULL);
}

static void test_state(kaiaku_trainer* t) {
  const char* name = "model.layers.0.self_attn.q_proj.lora_A.weight";
  float values[R * D];
  int64_t step = -1;
  memset(values, 0, sizeof values);

  INVALID(kaiaku_trainer_get_tensor(NULL, 0, name, values, R * D), "trainer");
  INVALID(kaiaku_trainer_get_tensor(t, 4, name, values, R * D), "state");
  INVALID(kaiaku_trainer_get_tensor(t, -1, name, values, R * D), "state");
  INVALID(kaiaku_trainer_get_tensor(t, 0, NULL, values, R * D), "name");
  INVALID(kaiaku_trainer_get_tensor(t, 0, "nonsense", values, R * D), "nonsense");
  INVALID(kaiaku_trainer_get_tensor(t, 0, name, NULL, R * D), "values");
  INVALID(kaiaku_trainer_get_tensor(t, 0, name, values, R * D - 1), "expected 32");
  OK(kaiaku_trainer_get_tensor(t, 0, name, values, R * D));

  INVALID(kaiaku_trainer_set_tensor(NULL, 0, name, values, R * D), "trainer");
  INVALID(kaiaku_trainer_set_tensor(t, 9, name, values, R * D), "state");
  INVALID(kaiaku_trainer_set_tensor(t, 0, NULL, values, R * D), "name");
  INVALID(kaiaku_trainer_set_tensor(t, 0, "model.layers.0.self_attn.q_proj.weight", values, R * D), "q_proj");
  INVALID(kaiaku_trainer_set_tensor(t, 0, name, NULL, R * D), "values");
  INVALID(kaiaku_trainer_set_tensor(t, 0, name, values, 0), "n is 0");
  values[3] = INFINITY;
  EXPECT(kaiaku_trainer_set_tensor(t, 0, name, values, R * D), KAIAKU_NOT_FINITE, name);

  INVALID(kaiaku_trainer_get_step(NULL, &step), "trainer");
  INVALID(kaiaku_trainer_get_step(t, NULL), "step");
  OK(kaiaku_trainer_get_step(t, &step));
  if (step != 1) failures++;
  INVALID(kaiaku_trainer_set_step(NULL, 1), "trainer");
  INVALID(kaiaku_trainer_set_step(t, -1), "step");
  OK(kaiaku_trainer_set_step(t, 7));
}

static void test_merge(void) {
  const float rows[32] = {1}, b[2] = {1, 1}, a[32] = {1};
  float values[32];
  INVALID(kaiaku_merge_rows(0, NULL, 1, 32, b, a, 1, 1, values), "rows");
  INVALID(kaiaku_merge_rows(0, rows, 1, 32, NULL, a, 1, 1, values), "b is null");
  INVALID(kaiaku_merge_rows(0, rows, 1, 32, b, NULL, 1, 1, values), "a is null");
  INVALID(kaiaku_merge_rows(0, rows, 1, 32, b, a, 1, 1, NULL), "values");
  INVALID(kaiaku_merge_rows(0, rows, 0, 32, b, a, 1, 1, values), "n_rows");
  INVALID(kaiaku_merge_rows(0, rows, 1, -32, b, a, 1, 1, values), "n_cols");
  INVALID(kaiaku_merge_rows(KAIAKU_TYPE_Q4_0, rows, 1, 31, b, a, 1, 1, values), "Q4_0");
  INVALID(kaiaku_merge_rows(0, rows, 1, 32, b, a, -1, 1, values), "rank");
  INVALID(kaiaku_merge_rows(0, rows, 1, 32, b, a, 1, NAN, values), "scale");
  EXPECT(kaiaku_merge_rows(77, rows, 1, 32, b, a, 1, 1, values), KAIAKU_UNSUPPORTED, "type 77");
  OK(kaiaku_merge_rows(0, rows, 1, 32, b, a, 1, 0.5f, values));
  if (values[0] != 1.5f || values[1] != 0) failures++;
  OK(kaiaku_merge_rows(0, rows, 1, 32, NULL, NULL, 0, 1, values));
  if (values[0] != 1) failures++;
}

int main(void) {
  kaiaku_model* model;
  kaiaku_trainer* trainer;
  test_library();
  test_devices();
  model = test_model();
  trainer = test_create(model);
  test_memory(trainer);
  test_passes(trainer);
  test_state(trainer);
  test_squares(trainer);
  test_decoder(model, trainer);
  test_merge();
  kaiaku_trainer_free(trainer);
  kaiaku_model_free(model);
  kaiaku_trainer_free(NULL);
  kaiaku_model_free(NULL);
  printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
