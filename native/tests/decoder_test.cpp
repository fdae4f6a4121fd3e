// The decoder and the trainer against each other and against plain arithmetic; activation squares.
#include "model/decoder.h"

#include <algorithm>

#include "base/error.h"
#include "check.h"
#include "naive_transformer.h"
#include "tiny_model.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

std::vector<ModelConfig> configs() {
  ModelConfig biased = tiny_config();
  biased.attention_bias = 1;
  biased.output_bias = 1;
  biased.tied_embeddings = 0;
  return {tiny_config(), biased, qwen3_like_config(), windowed_config(), gemma3_like_config()};
}

DecoderOptions decoder_options(int32_t n_slots, int32_t slot_tokens) {
  DecoderOptions options{};
  options.struct_size = sizeof options;
  options.n_slots = n_slots;
  options.slot_tokens = slot_tokens;
  options.n_threads = 1;
  options.use_adapter = 1;
  return options;
}

std::vector<float> trainer_logits(Trainer& trainer, const ModelConfig& config,
                                  const std::vector<int32_t>& tokens, bool use_adapter) {
  const int32_t cu_seqlens[] = {0, static_cast<int32_t>(tokens.size())};
  std::vector<float> logits(tokens.size() * static_cast<size_t>(config.vocab_size));
  trainer.logits({tokens.data(), cu_seqlens[1], cu_seqlens, 1}, use_adapter, logits.data());
  return logits;
}

void check_rows(const float* actual, const float* expected, int64_t n, const std::string& what) {
  for (int64_t i = 0; i < n; ++i) check_near(actual[i], expected[i], 1e-4, what, " [", i, "]");
}

void trainer_is_plain_arithmetic() {
  for (const ModelConfig& config : configs()) {
    const auto model = tiny_model(config);
    const auto trainer = tiny_trainer(*model, tiny_options());
    const std::vector<int32_t> tokens = tiny_batch(config, {12}).tokens;
    const NaiveRun with =
        naive_run(config, random_tensors(config), adapter_tensors(*trainer, config, tiny_options()),
                  tiny_options().scaling, tokens);
    const NaiveRun without = naive_run(config, random_tensors(config), {}, 0, tokens);
    const std::vector<float> logits = trainer_logits(*trainer, config, tokens, true);
    const std::vector<float> base = trainer_logits(*trainer, config, tokens, false);
    for (size_t i = 0; i < logits.size(); ++i) {
      check_near(logits[i], with.logits[i], 2e-3, "logit ", i);
      check_near(base[i], without.logits[i], 2e-4, "logit ", i, " of the base");
    }
  }
}

void decoder_follows_the_trainer() {
  for (const ModelConfig& config : configs()) {
    const auto model = tiny_model(config);
    const auto trainer = tiny_trainer(*model, tiny_options());
    const int64_t v = config.vocab_size;
    const std::vector<int32_t> tokens = tiny_batch(config, {20}).tokens;
    for (const bool use_adapter : {true, false}) {
      const std::vector<float> expected = trainer_logits(*trainer, config, tokens, use_adapter);
      Decoder decoder(*model, use_adapter ? &trainer->adapter() : nullptr, trainer->scaling(),
                      decoder_options(2, 20));
      std::vector<float> logits(static_cast<size_t>(v));
      decoder.prefill(1, 0, tokens.data(), 5, logits.data());
      check_rows(logits.data(), &expected[static_cast<size_t>(4 * v)], v, "prompt");
      for (int64_t t = 5; t < 20; ++t) {
        const int32_t slot = 1;
        decoder.step(&slot, &tokens[static_cast<size_t>(t)], 1, logits.data());
        check_rows(logits.data(), &expected[static_cast<size_t>(t * v)], v, text("token ", t));
      }
    }
  }
}

void slots_do_not_see_each_other() {
  const ModelConfig config = gemma3_like_config();
  const auto model = tiny_model(config);
  const auto trainer = tiny_trainer(*model, tiny_options());
  const size_t v = static_cast<size_t>(config.vocab_size);
  const std::vector<int32_t> prompts[] = {tiny_batch(config, {9}, 5).tokens,
                                          tiny_batch(config, {2}, 6).tokens,
                                          tiny_batch(config, {14}, 7).tokens};
  Decoder decoder(*model, &trainer->adapter(), trainer->scaling(), decoder_options(3, 30));
  std::vector<float> logits(3 * v);
  const std::vector<int32_t> old(30, 3);
  decoder.prefill(2, 0, old.data(), 30, logits.data());  // forgotten by the next prompt
  for (int32_t s = 0; s < 3; ++s) {
    decoder.prefill(s, 0, prompts[s].data(), static_cast<int64_t>(prompts[s].size()), logits.data());
  }
  const int32_t order[] = {2, 0, 1};
  std::vector<int32_t> histories[] = {prompts[2], prompts[0], prompts[1]};
  for (int32_t i = 0; i < 6; ++i) {
    const int32_t tokens[] = {i, i + 7, i + 11};
    const int64_t n = i < 4 ? 3 : 2;  // the last slot rests
    decoder.step(order, tokens, n, logits.data());
    for (int64_t s = 0; s < n; ++s) {
      histories[s].push_back(tokens[s]);
      const std::vector<float> expected = trainer_logits(*trainer, config, histories[s], true);
      check_rows(&logits[static_cast<size_t>(s) * v], &expected[expected.size() - v], config.vocab_size,
                 text("slot ", order[s], " step ", i));
    }
  }
}

void prompts_that_begin_alike_share_their_beginning() {
  for (const ModelConfig& config : configs()) {
    const auto model = tiny_model(config);
    const auto trainer = tiny_trainer(*model, tiny_options());
    const auto v = static_cast<size_t>(config.vocab_size);
    const std::vector<int32_t> first = tiny_batch(config, {18}, 5).tokens;
    std::vector<int32_t> second(first.begin(), first.begin() + 11);
    for (const int32_t token : tiny_batch(config, {7}, 6).tokens) second.push_back(token);
    Decoder decoder(*model, &trainer->adapter(), trainer->scaling(), decoder_options(2, 20));
    std::vector<float> logits(v);
    const auto is_right = [&](const std::vector<int32_t>& tokens, const char* what) {
      const std::vector<float> expected = trainer_logits(*trainer, config, tokens, true);
      check_rows(logits.data(), &expected[expected.size() - v], config.vocab_size, what);
    };
    decoder.prefill(0, 0, first.data(), 18, logits.data());
    decoder.fork(0, 1, 11);
    decoder.prefill(1, 11, &second[11], 7, logits.data());
    is_right(second, "forked");
    decoder.prefill(0, 17, &first[17], 1, logits.data());
    is_right(first, "the slot that was forked");
    decoder.prefill(0, 11, &second[11], 7, logits.data());
    is_right(second, "cut");
  }
}

void long_prompts_run_in_pieces() {
  const ModelConfig config = windowed_config();
  const auto model = tiny_model(config);
  TrainerOptions options = tiny_options();
  options.max_tokens = 600;
  const auto trainer = tiny_trainer(*model, options);
  const std::vector<int32_t> tokens = tiny_batch(config, {600}).tokens;
  const std::vector<float> expected = trainer_logits(*trainer, config, tokens, true);
  Decoder decoder(*model, &trainer->adapter(), trainer->scaling(), decoder_options(1, 600));
  std::vector<float> logits(static_cast<size_t>(config.vocab_size));
  decoder.prefill(0, 0, tokens.data(), 600, logits.data());
  check_rows(logits.data(), &expected[expected.size() - logits.size()], config.vocab_size, "last token");
}

void decoder_arguments_are_checked() {
  const ModelConfig config = tiny_config();
  const auto model = tiny_model(config);
  Model empty(config);
  check_error(KAIAKU_WRONG_ORDER, "sealed", [&] { Decoder(empty, nullptr, 0, decoder_options(1, 4)); });
  const auto refuses = [&](const char* field, const std::function<void(DecoderOptions&)>& change) {
    DecoderOptions options = decoder_options(2, 8);
    change(options);
    check_error(KAIAKU_INVALID_ARGUMENT, field, [&] { Decoder(*model, nullptr, 0, options); });
  };
  refuses("n_slots", [](auto& o) { o.n_slots = 0; });
  refuses("slot_tokens", [](auto& o) { o.slot_tokens = 0; });
  refuses("n_threads", [](auto& o) { o.n_threads = -1; });

  Decoder decoder(*model, nullptr, 0, decoder_options(2, 4));
  check(decoder.bytes() > 0, "bytes");
  const int32_t tokens[] = {1, 2, 3, 4, 5}, bad[] = {1, 31}, twice[] = {0, 0}, slots[] = {0, 1};
  std::vector<float> logits(2 * 31);
  const auto invalid = [&](const char* word, const std::function<void()>& call) {
    check_error(KAIAKU_INVALID_ARGUMENT, word, call);
  };
  invalid("slot is 2", [&] { decoder.prefill(2, 0, tokens, 1, logits.data()); });
  invalid("slot is -1", [&] { decoder.prefill(-1, 0, tokens, 1, logits.data()); });
  invalid("n_tokens", [&] { decoder.prefill(0, 0, tokens, 5, logits.data()); });
  invalid("n_tokens", [&] { decoder.prefill(0, 0, tokens, 0, logits.data()); });
  invalid("tokens[1]", [&] { decoder.prefill(0, 0, bad, 2, logits.data()); });
  invalid("empty", [&] { decoder.step(slots, tokens, 1, logits.data()); });
  invalid("n_past", [&] { decoder.prefill(0, 1, tokens, 1, logits.data()); });
  invalid("n_past", [&] { decoder.prefill(0, -1, tokens, 1, logits.data()); });
  decoder.prefill(0, 0, tokens, 4, logits.data());
  invalid("n_tokens is 2", [&] { decoder.prefill(0, 3, tokens, 2, logits.data()); });
  invalid("n_tokens is 5", [&] { decoder.fork(0, 1, 5); });
  invalid("same slot", [&] { decoder.fork(0, 0, 1); });
  invalid("slot is 2", [&] { decoder.fork(0, 2, 1); });
  decoder.prefill(1, 0, tokens, 1, logits.data());
  invalid("full", [&] { decoder.step(slots, tokens, 2, logits.data()); });
  decoder.prefill(0, 0, tokens, 2, logits.data());
  invalid("twice", [&] { decoder.step(twice, tokens, 2, logits.data()); });
  invalid("tokens[1]", [&] { decoder.step(slots, bad, 2, logits.data()); });
  invalid("n is 3", [&] { decoder.step(slots, tokens, 3, logits.data()); });
  decoder.step(slots, tokens, 2, logits.data());
}

void squares_are_those_of_plain_arithmetic() {
  const ModelConfig config = gemma3_like_config();
  const auto model = tiny_model(config);
  const auto trainer = tiny_trainer(*model, tiny_options());
  const TinyBatch batch = tiny_batch(config, {12, 7});
  const std::vector<uint8_t> none(19);
  std::vector<float> nll(19);
  check_error(KAIAKU_WRONG_ORDER, "squares", [&] { trainer->squares(); });
  trainer->collect_squares(true);
  trainer->evaluate(batch.view(), none.data(), false, nll.data());  // counts although nothing is a target
  trainer->evaluate(batch.view(), nullptr, false, nll.data());
  check(trainer->squares().n_tokens() == 38, "tokens");

  const Tensors weights = random_tensors(config);
  const std::vector<int32_t> first(batch.tokens.begin(), batch.tokens.begin() + 12);
  const std::vector<int32_t> second(batch.tokens.begin() + 12, batch.tokens.end());
  const NaiveRun a = naive_run(config, weights, {}, 0, first), b = naive_run(config, weights, {}, 0, second);
  check(a.squares.size() == 14, "seven linears in two layers");
  for (const auto& [linear, sums] : a.squares) {
    std::vector<float> actual(sums.size());
    trainer->squares().get(linear, actual.data(), static_cast<int64_t>(actual.size()));
    for (size_t i = 0; i < sums.size(); ++i) {
      const double expected = 2 * (sums[i] + b.squares.at(linear)[i]);
      check_near(actual[i], expected, 1e-3 * expected + 1e-6, linear, " channel ", i);
    }
    const std::string& name = linear;
    check_error(KAIAKU_INVALID_ARGUMENT, "expected", [&] { trainer->squares().get(name, actual.data(), 3); });
  }
  std::vector<float> sums(24);
  check_error(KAIAKU_INVALID_ARGUMENT, "nonsense",
              [&] { trainer->squares().get("nonsense", sums.data(), 24); });

  trainer->collect_squares(true);
  check(trainer->squares().n_tokens() == 0, "begun anew");
  trainer->collect_squares(false);
  check_error(KAIAKU_WRONG_ORDER, "squares", [&] { trainer->squares(); });
}

}  // namespace

int main() {
  return run_tests({
      {"trainer: logits are those of plain arithmetic", trainer_is_plain_arithmetic},
      {"decoder: token by token as the trainer", decoder_follows_the_trainer},
      {"decoder: slots do not see each other", slots_do_not_see_each_other},
      {"decoder: prompts that begin alike share their beginning",
       prompts_that_begin_alike_share_their_beginning},
      {"decoder: long prompts run in pieces", long_prompts_run_in_pieces},
      {"decoder: arguments are checked", decoder_arguments_are_checked},
      {"squares: those of plain arithmetic", squares_are_those_of_plain_arithmetic},
  });
}
