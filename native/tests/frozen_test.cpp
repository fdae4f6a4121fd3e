// Frozen matrices in every form: their bytes, and that a model computes with them what it computes with the
// same values in f32.
#include "model/frozen.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "backend/cpu/cpu_backend.h"
#include "check.h"
#include "tiny_model.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

uint32_t crc32(const void* data, size_t n) {
  uint32_t crc = ~0u;
  for (size_t i = 0; i < n; ++i) {
    crc ^= static_cast<const uint8_t*>(data)[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

// 700 rows of 100 values by a rule of whole numbers; bitsandbytes 0.50.2 has quantised the same ones.
constexpr int64_t kRuleRows = 700;
constexpr int64_t kRuleCols = 100;

std::vector<float> rule_values() {
  std::vector<float> values;
  for (int64_t i = 0; i < kRuleRows * kRuleCols; ++i) {
    const auto saw = static_cast<float>((i * 7919 + i * i * 31 + i * i / 977) % 2048 - 1024) / 4096;
    values.push_back(saw * (1 + static_cast<float>(i / 64 % 37) / 16));
  }
  return values;
}

// A matrix of one part with its memory.
struct Frozen {
  Frozen(int32_t form, int64_t rows, int64_t cols) {
    FrozenMatrix(form, {rows}, cols, arena);
    arena.allocate(cpu);
    matrix = FrozenMatrix(form, {rows}, cols, arena);
  }
  bool set_rows(int64_t first, int64_t n, const float* values) {
    return matrix.set_rows(cpu, "w", 0, KAIAKU_TYPE_F32, first, n, values);
  }

  CpuBackend cpu;
  Arena arena{"test"};
  FrozenMatrix matrix;
};

void check_rule_bytes(const Nf4& nf4) {
  const int64_t n = kRuleRows * kRuleCols, blocks = (n + 63) / 64;
  check(crc32(nf4.packed, static_cast<size_t>(n / 2)) == 2376819934u, "packed");
  check(crc32(nf4.absmax, static_cast<size_t>(blocks)) == 961672131u, "absmax");
  const float nested[] = {0x1.2a9ee4p-2f, 0x1.2a9ee4p-2f, 0x1.28fee4p-2f, 0x1.2c111cp-2f, 0x1.24111cp-2f};
  for (int64_t i = 0; i < 5; ++i) check(nf4.nested_absmax[i] == nested[i], "nested absmax ", i);
  check(nf4.nested_offset == 0x1.0a488ep-1f, "offset ", nf4.nested_offset);
}

void nf4_bytes_equal_bitsandbytes() {
  check(crc32(nf4_nested_quant_map(), 256 * sizeof(float)) == 454261483u, "nested map");
  const std::vector<float> values = rule_values();
  for (const int64_t rows_at_once : {kRuleRows, int64_t{1}, int64_t{33}}) {
    Frozen frozen(KAIAKU_WEIGHTS_NF4, kRuleRows, kRuleCols);
    for (int64_t row = 0; row < kRuleRows; row += rows_at_once) {
      const int64_t n = std::min(rows_at_once, kRuleRows - row);
      check(frozen.set_rows(row, n, &values[static_cast<size_t>(row * kRuleCols)]), "finite");
    }
    check_rule_bytes(*frozen.matrix.stored(0).nf4);
    check(frozen.matrix.block_bytes() == 0, "all of it is in the arena");
  }
}

void nf4_keeps_a_row_of_zeros() {
  const std::vector<float> zeros(128, 0.0f);
  Frozen frozen(KAIAKU_WEIGHTS_NF4, 2, 64);
  frozen.set_rows(0, 2, zeros.data());
  OwnedMatrix values(2, 64);
  dequantize(frozen.matrix.stored(0), values.view());
  for (const float x : values.values) check(x == 0, "zero, not ", x);
}

void nf4_dequantises_to_the_nearest_bf16() {
  const std::vector<float> values = rule_values();
  Frozen frozen(KAIAKU_WEIGHTS_NF4, kRuleRows, kRuleCols);
  frozen.set_rows(0, kRuleRows, values.data());
  const FrozenMatrix& matrix = frozen.matrix;
  OwnedMatrix floats(kRuleRows, kRuleCols);
  std::vector<Bf16> halves(floats.values.size());
  dequantize(matrix.stored(0), floats.view());
  dequantize(matrix.stored(0), MatrixView<Bf16>{halves.data(), kRuleRows, kRuleCols, kRuleCols});
  for (size_t i = 0; i < halves.size(); ++i) {
    check(halves[i].bits == rounded<Bf16>(floats.values[i]).bits, "value ", i);
    check_near(floats.values[i], values[i], 0.2, "close to what was quantised, value ", i);
  }
}

// 8 bits: the nearest multiple of 1/127 of the largest of 32, which is kept in f16.
void q8_is_near_what_was_quantised() {
  Random random(6);
  std::vector<float> values = random.values(3 * 64, 0.2f);
  std::fill_n(values.begin(), 32, 0.0f);
  values[40] = 30.5f, values[70] = 1e-7f;
  Frozen frozen(KAIAKU_WEIGHTS_Q8_0, 3, 64);
  check(frozen.set_rows(0, 1, values.data()) && frozen.set_rows(1, 2, &values[64]), "finite");
  check(frozen.arena.bytes() == 256, "34 bytes for 32 values, ", frozen.arena.bytes());
  OwnedMatrix read(3, 64);
  dequantize(frozen.matrix.stored(0), read.view());
  for (size_t block = 0; block < 6; ++block) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(block * 32);
    const float largest = std::fabs(
        *std::max_element(first, first + 32, [](float a, float b) { return std::fabs(a) < std::fabs(b); }));
    for (size_t i = block * 32; i < (block + 1) * 32; ++i) {
      check_near(read.values[i], values[i], largest * (0.5 / 127 + 1.0 / 2048) + 1e-9, "value ", i);
    }
  }
  values[100] = std::nanf("");
  check(!frozen.set_rows(1, 1, &values[64]), "NaN");
}

// Rows that any type can hold.
ModelConfig wide_config() {
  ModelConfig config = tiny_config();
  config.hidden_size = 256;
  config.intermediate_size = 256;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.head_dim = 64;
  config.tied_embeddings = 0;
  return config;
}

// Random blocks of a type with scales of about 2^-12.
std::vector<uint8_t> random_blocks(Random& random, int32_t type, int64_t n) {
  const StoredType& stored = *stored_type(type);
  std::vector<uint8_t> bytes(static_cast<size_t>(stored_bytes(type, n)));
  if (stored.block_values == 1) {
    for (int64_t i = 0; i < n; ++i) {
      const float value = random.value(0.1f);
      const Bf16 half = rounded<Bf16>(value);
      const uint16_t f16 = static_cast<uint16_t>(0x2000 | (random.bits() & 0x83ff));
      const void* from = type == KAIAKU_TYPE_F32   ? static_cast<const void*>(&value)
                         : type == KAIAKU_TYPE_F16 ? static_cast<const void*>(&f16)
                                                   : &half;
      std::memcpy(&bytes[static_cast<size_t>(i * stored.block_bytes)], from,
                  static_cast<size_t>(stored.block_bytes));
    }
    return bytes;
  }
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.bits() >> 8);
  const bool scale_at_end = type == KAIAKU_TYPE_Q6_K;
  const bool two_scales = type != KAIAKU_TYPE_Q4_0 && type != KAIAKU_TYPE_Q5_0 && type != KAIAKU_TYPE_Q8_0;
  for (size_t block = 0; block < bytes.size(); block += static_cast<size_t>(stored.block_bytes)) {
    uint8_t* scale = &bytes[block + (scale_at_end ? 208 : 0)];
    scale[1] = static_cast<uint8_t>(0x0c | (scale[1] & 0x83));
    if (two_scales && !scale_at_end) scale[3] = static_cast<uint8_t>(0x0c | (scale[3] & 0x83));
  }
  return bytes;
}

// Calls visit with the name, rows and columns of each matrix of a model.
void each_matrix(const ModelConfig& config,
                 const std::function<void(const std::string&, int64_t, int64_t)>& visit) {
  visit("model.embed_tokens.weight", config.vocab_size, config.hidden_size);
  visit("lm_head.weight", config.vocab_size, config.hidden_size);
  for (int64_t layer = 0; layer < config.n_layers; ++layer) {
    for (const LinearFacts& linear : linears_of(config)) {
      visit(layer_name(layer, linear.name) + ".weight", linear.out, linear.in);
    }
  }
}

std::vector<std::string> matrix_names(const ModelConfig& config) {
  std::vector<std::string> names;
  each_matrix(config, [&](const std::string& name, int64_t, int64_t) { names.push_back(name); });
  return names;
}

void set_blocks(Model& model, const std::string& name, int32_t type, int64_t rows, int64_t cols,
                const std::vector<uint8_t>& bytes) {
  const int64_t shape[] = {rows, cols}, half = rows / 2;
  const auto first = static_cast<size_t>(stored_bytes(type, half * cols));
  model.set_rows(name, type, 2, shape, 0, half, bytes.data(), static_cast<int64_t>(first));
  model.set_rows(name, type, 2, shape, half, rows - half, &bytes[first],
                 static_cast<int64_t>(bytes.size() - first));
}

void set_floats(Model& model, const std::string& name, int64_t rows, int64_t cols,
                const std::vector<float>& values) {
  const int64_t shape[] = {rows, cols};
  model.set_rows(name, KAIAKU_TYPE_F32, 2, shape, 0, rows, values.data(), rows * cols * 4);
}

void dequantize_nf4(const Nf4Bytes& bytes, Matrix to) {
  const Nf4 nf4{kNf4Block,           kNf4NestedBlock,     bytes.nested_offset,        nf4_quant_map(),
                bytes.packed.data(), bytes.absmax.data(), bytes.nested_absmax.data(), nf4_nested_quant_map()};
  dequantize({0, nullptr, &nf4, bytes.rows, bytes.cols}, to);
}

// Logits and gradients of both models are the same bits.
void check_same(const Model& a, const Model& b, const std::string& what) {
  const ModelConfig& config = a.config();
  const TrainerOptions options = tiny_options();
  const TinyBatch batch = tiny_batch(config, {9, 4});
  const auto ta = tiny_trainer(a, options), tb = tiny_trainer(b, options);
  const double loss = ta->accumulate(batch.view(), nullptr).sum;
  check(std::isfinite(loss) && loss == tb->accumulate(batch.view(), nullptr).sum, what, ": loss ", loss);
  for (const LoraMatrixName& matrix : lora_names(config, options)) {
    check(get(*ta, KAIAKU_STATE_GRADIENT, matrix) == get(*tb, KAIAKU_STATE_GRADIENT, matrix), what,
          ": gradient of ", matrix.name);
  }
}

void each_type_of_a_file_computes_as_its_values() {
  for (const int32_t type : {KAIAKU_TYPE_F32, KAIAKU_TYPE_F16, KAIAKU_TYPE_BF16, KAIAKU_TYPE_Q4_0,
                             KAIAKU_TYPE_Q4_1, KAIAKU_TYPE_Q5_0, KAIAKU_TYPE_Q5_1, KAIAKU_TYPE_Q8_0,
                             KAIAKU_TYPE_Q4_K, KAIAKU_TYPE_Q5_K, KAIAKU_TYPE_Q6_K}) {
    ModelConfig plain = wide_config(), file = plain;
    file.weights = file.table_weights = KAIAKU_WEIGHTS_FILE;
    Model a(file), b(plain);
    Random random(static_cast<uint32_t>(type) + 20);
    int64_t bytes_in_blocks = 0;
    each_matrix(plain, [&](const std::string& name, int64_t rows, int64_t cols) {
      const std::vector<uint8_t> bytes = random_blocks(random, type, rows * cols);
      std::vector<float> values(static_cast<size_t>(rows * cols));
      dequantize(type, bytes.data(), rows * cols, values.data());
      set_blocks(a, name, type, rows, cols, bytes);
      set_floats(b, name, rows, cols, values);
      bytes_in_blocks += (static_cast<int64_t>(bytes.size()) + 63) / 64 * 64;
    });
    for (Model* model : {&a, &b}) {
      set_random_tensors(*model, 5, matrix_names(plain));
      model->seal();
    }
    check(a.bytes() == Model::planned_bytes(file).device + bytes_in_blocks, "memory of ",
          stored_type(type)->name);
    check_same(a, b, stored_type(type)->name);
  }
}

void nf4_and_bf16_compute_as_their_values() {
  for (const int32_t form : {KAIAKU_WEIGHTS_NF4, KAIAKU_WEIGHTS_BF16}) {
    ModelConfig plain = wide_config(), kept = plain;
    kept.weights = form;
    kept.table_weights = KAIAKU_WEIGHTS_BF16;
    Model a(kept), b(plain);
    Random random(4);
    each_matrix(plain, [&](const std::string& name, int64_t rows, int64_t cols) {
      const std::vector<float> values = random.values(rows * cols, 0.1f);
      set_floats(a, name, rows, cols, values);
      OwnedMatrix read(rows, cols);
      if (form == KAIAKU_WEIGHTS_NF4 && name.find("layers") != std::string::npos) {
        dequantize_nf4(a.nf4(name), read.view());
      } else {
        for (size_t i = 0; i < values.size(); ++i) read.values[i] = to_float(rounded<Bf16>(values[i]));
      }
      set_floats(b, name, rows, cols, read.values);
    });
    for (Model* model : {&a, &b}) {
      set_random_tensors(*model, 5, matrix_names(plain));
      model->seal();
    }
    check(a.bytes() == Model::planned_bytes(kept).device, "memory as planned");
    check(a.bytes() < b.bytes() * 6 / 10, "less memory");
    check_same(a, b, form == KAIAKU_WEIGHTS_NF4 ? "nf4" : "bf16");
  }
}

// A checkpoint of bitsandbytes, with and without nested absmax, kept as it is or dequantised.
void a_4_bit_checkpoint_computes_as_its_values() {
  ModelConfig plain = wide_config();
  Random random(9);
  std::vector<float> values = random.values(256 * 256, 0.1f), absmax(1024), nested_absmax(4);
  std::vector<uint8_t> packed(256 * 256 / 2), codes(1024);
  nf4_quantize(values.data(), 256 * 256, packed.data(), absmax.data());
  const float offset = nf4_nest(absmax.data(), 1024, codes.data(), nested_absmax.data());
  const Nf4 nested{64,
                   256,
                   offset,
                   nf4_quant_map(),
                   packed.data(),
                   codes.data(),
                   nested_absmax.data(),
                   nf4_nested_quant_map()};
  const Nf4 single{64, 0, 0, nf4_quant_map(), packed.data(), absmax.data(), nullptr, nullptr};
  const std::string name = "model.layers.0.self_attn.q_proj.weight";
  const int64_t shape[] = {256, 256};
  for (const Nf4& nf4 : {nested, single}) {
    OwnedMatrix read(256, 256);
    dequantize({0, nullptr, &nf4, 256, 256}, read.view());
    Model b(plain);
    set_floats(b, name, 256, 256, read.values);
    for (const int32_t form : {KAIAKU_WEIGHTS_NF4, KAIAKU_WEIGHTS_FILE, KAIAKU_WEIGHTS_F32}) {
      ModelConfig kept = plain;
      kept.weights = form;
      Model a(kept);
      a.set_nf4(name, 2, shape, nf4);
      OwnedMatrix values_of_a(256, 256);
      const auto linear = a.weights().layers[0].linears[kQkv].weight.stored(0);
      dequantize(linear, values_of_a.view());
      check(values_of_a.values == read.values, "values, form ", form);
      check_error(KAIAKU_WRONG_ORDER, name, [&] { a.set_nf4(name, 2, shape, nf4); });
    }
  }
  Model model(plain);
  absmax[77] = std::numeric_limits<float>::quiet_NaN();
  check_error(KAIAKU_NOT_FINITE, name, [&] { model.set_nf4(name, 2, shape, single); });
  check_error(KAIAKU_INVALID_ARGUMENT, "q_proj", [&] { model.nf4(name); });
}

void a_block_whose_scale_is_not_finite_is_refused() {
  const int64_t shape[] = {256, 256};
  const std::string name = "model.layers.1.mlp.down_proj.weight";
  for (const int32_t type : {KAIAKU_TYPE_Q4_0, KAIAKU_TYPE_Q8_0, KAIAKU_TYPE_Q4_K, KAIAKU_TYPE_Q6_K}) {
    for (const int32_t form :
         {KAIAKU_WEIGHTS_F32, KAIAKU_WEIGHTS_BF16, KAIAKU_WEIGHTS_NF4, KAIAKU_WEIGHTS_FILE}) {
      ModelConfig config = wide_config();
      config.weights = form;
      Random random(3);
      std::vector<uint8_t> bytes = random_blocks(random, type, 256 * 256);
      uint8_t* scale = &bytes[type == KAIAKU_TYPE_Q6_K ? 208 : 0];
      scale[0] = 0, scale[1] = 0x7e;  // NaN
      Model model(config);
      check_error(KAIAKU_NOT_FINITE, name, [&] {
        model.set_rows(name, type, 2, shape, 0, 256, bytes.data(), static_cast<int64_t>(bytes.size()));
      });
    }
  }
}

void a_value_beyond_bf16_is_refused() {
  ModelConfig config = wide_config();
  config.weights = KAIAKU_WEIGHTS_BF16;
  Model model(config);
  std::vector<float> values(256 * 256, std::numeric_limits<float>::max());
  check_error(KAIAKU_NOT_FINITE, "q_proj",
              [&] { set_floats(model, "model.layers.0.self_attn.q_proj.weight", 256, 256, values); });
}

void rows_of_one_file_matrix_are_of_one_type() {
  ModelConfig config = wide_config();
  config.weights = KAIAKU_WEIGHTS_FILE;
  Model model(config);
  Random random(2);
  const int64_t shape[] = {256, 256};
  const std::string name = "model.layers.0.mlp.up_proj.weight";
  const auto set = [&](int32_t type, int64_t first) {
    const std::vector<uint8_t> bytes = random_blocks(random, type, 128 * 256);
    model.set_rows(name, type, 2, shape, first, 128, bytes.data(), static_cast<int64_t>(bytes.size()));
  };
  set(KAIAKU_TYPE_Q4_K, 0);
  check_error(KAIAKU_INVALID_ARGUMENT, "rows of Q8_0 after rows of Q4_K",
              [&] { set(KAIAKU_TYPE_Q8_0, 128); });
}

}  // namespace

int main() {
  return run_tests({
      {"nf4: bytes equal bitsandbytes'", nf4_bytes_equal_bitsandbytes},
      {"nf4: keeps a row of zeros", nf4_keeps_a_row_of_zeros},
      {"nf4: dequantises to the nearest bf16", nf4_dequantises_to_the_nearest_bf16},
      {"q8: is near what was quantised", q8_is_near_what_was_quantised},
      {"file: each type computes as its values", each_type_of_a_file_computes_as_its_values},
      {"nf4 and bf16 compute as their values", nf4_and_bf16_compute_as_their_values},
      {"a 4-bit checkpoint computes as its values", a_4_bit_checkpoint_computes_as_its_values},
      {"a block whose scale is not finite is refused", a_block_whose_scale_is_not_finite_is_refused},
      {"a value beyond bf16 is refused", a_value_beyond_bf16_is_refused},
      {"file: rows of one matrix are of one type", rows_of_one_file_matrix_are_of_one_type},
  });
}
