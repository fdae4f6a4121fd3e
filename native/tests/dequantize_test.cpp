// Stored types against blocks made by hand.
#include <cmath>
#include <cstring>
#include <limits>

#include "backend/backend.h"
#include "check.h"
#include "model/merge.h"
#include "random.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

constexpr uint16_t kHalf = 0x3800;  // 0.5 as f16

std::vector<float> dequantized(int32_t type, const std::vector<uint8_t>& bytes) {
  const StoredType& stored = *stored_type(type);
  const int64_t n = static_cast<int64_t>(bytes.size()) / stored.block_bytes * stored.block_values;
  std::vector<float> values(static_cast<size_t>(n));
  dequantize(type, bytes.data(), n, values.data());
  return values;
}

void append16(std::vector<uint8_t>& bytes, uint16_t value) {
  bytes.push_back(static_cast<uint8_t>(value & 0xff));
  bytes.push_back(static_cast<uint8_t>(value >> 8));
}

void f16_values() {
  const std::pair<uint16_t, float> pairs[] = {
      {0x0000, 0.0f},           {0x3c00, 1.0f},      {0xc000, -2.0f},
      {0x3800, 0.5f},           {0x7bff, 65504.0f},  {0x0400, 0x1p-14f},
      {0x0001, 0x1p-24f},       {0x8001, -0x1p-24f}, {0x03ff, 1023 * 0x1p-24f},
      {0x3555, 0.333251953125f}};
  for (const auto& [bits, expected] : pairs) {
    std::vector<uint8_t> bytes;
    append16(bytes, bits);
    check(dequantized(KAIAKU_TYPE_F16, bytes)[0] == expected, "f16 bits ", bits, ", expected ", expected);
  }
  check(std::signbit(dequantized(KAIAKU_TYPE_F16, {0x00, 0x80})[0]), "negative zero");
  check(dequantized(KAIAKU_TYPE_F16, {0x00, 0x7c})[0] == std::numeric_limits<float>::infinity(), "infinity");
  check(std::isnan(dequantized(KAIAKU_TYPE_F16, {0x01, 0x7e})[0]), "NaN");
}

void bf16_values() {
  check(dequantized(KAIAKU_TYPE_BF16, {0x80, 0x3f})[0] == 1.0f, "one");
  check(dequantized(KAIAKU_TYPE_BF16, {0x49, 0xc0})[0] == -3.140625f, "about -pi");
}

void q4_0_block() {
  std::vector<uint8_t> block;
  append16(block, kHalf);
  for (int j = 0; j < 16; ++j) block.push_back(static_cast<uint8_t>(j | (15 - j) << 4));
  const std::vector<float> values = dequantized(KAIAKU_TYPE_Q4_0, block);
  check(values.size() == 32, "32 values");
  for (int j = 0; j < 16; ++j) {
    check(values[static_cast<size_t>(j)] == 0.5f * static_cast<float>(j - 8), "low nibble ", j);
    check(values[static_cast<size_t>(j + 16)] == 0.5f * static_cast<float>(7 - j), "high nibble ", j);
  }
}

void q4_1_block() {
  std::vector<uint8_t> block;
  append16(block, kHalf);
  append16(block, 0xc000);  // -2
  for (int j = 0; j < 16; ++j) block.push_back(static_cast<uint8_t>(j | (15 - j) << 4));
  const std::vector<float> values = dequantized(KAIAKU_TYPE_Q4_1, block);
  for (int j = 0; j < 16; ++j) {
    check(values[static_cast<size_t>(j)] == 0.5f * static_cast<float>(j) - 2, "low nibble ", j);
    check(values[static_cast<size_t>(j + 16)] == 0.5f * static_cast<float>(15 - j) - 2, "high nibble ", j);
  }
}

void q8_0_blocks() {
  std::vector<uint8_t> blocks;
  for (const int sign : {1, -1}) {
    append16(blocks, kHalf);
    for (int j = 0; j < 32; ++j) blocks.push_back(static_cast<uint8_t>(static_cast<int8_t>(sign * (j - 16))));
  }
  const std::vector<float> values = dequantized(KAIAKU_TYPE_Q8_0, blocks);
  check(values.size() == 64, "64 values");
  for (int j = 0; j < 32; ++j) {
    check(values[static_cast<size_t>(j)] == 0.5f * static_cast<float>(j - 16), "first block ", j);
    check(values[static_cast<size_t>(j + 32)] == 0.5f * static_cast<float>(16 - j), "second block ", j);
  }
}

// Two blocks of seeded random bytes, their f16 scales made small; what the gguf Python package 0.19 reads in
// them.
struct RandomBlocks {
  int32_t type;
  std::vector<size_t> scales;   // offsets of f16 scales in a block
  std::vector<float> expected;  // values 0, n/2 + 1, n - 1, n + 5 and 2n - 1, n to a block
  double sum;
};

void random_blocks_of_each_type() {
  const RandomBlocks cases[] = {
      {KAIAKU_TYPE_Q4_0,
       {0},
       {0, 0.2225341796875f, -0.33380126953125f, -0.174072265625f, 0.34814453125f},
       -0.559814453125},
      {KAIAKU_TYPE_Q4_1,
       {0, 2},
       {-1.15802001953125f, -1.0467529296875f, -0.49041748046875f, -0.08880615234375f, -0.3662109375f},
       -42.4163818359375},
      {KAIAKU_TYPE_Q5_0,
       {0},
       {1.335205078125f, -1.44647216796875f, -1.44647216796875f, -0.9613037109375f, 0.48065185546875f},
       -1.513916015625},
      {KAIAKU_TYPE_Q5_1,
       {0, 2},
       {-3.16082763671875f, -1.0467529296875f, -2.27069091796875f, 0.6119384765625f, 0.711181640625f},
       -12.1536865234375},
      {KAIAKU_TYPE_Q8_0,
       {0},
       {-6.23095703125f, -10.34783935546875f, 11.7943115234375f, -5.39111328125f, -8.04248046875f},
       19.37664794921875},
      {KAIAKU_TYPE_Q4_K,
       {0, 2},
       {-54.4296875f, -46.2623291015625f, -66.0589599609375f, -51.269287109375f, -6.304931640625f},
       -18008.536865234375},
      {KAIAKU_TYPE_Q5_K,
       {0, 2},
       {-74.12396240234375f, -128.1549072265625f, -104.1123046875f, -160.0068359375f, -9.209228515625f},
       -33939.67822265625},
      {KAIAKU_TYPE_Q6_K,
       {208},
       {-117.037353515625f, -227.744384765625f, -24.732421875f, -83.184814453125f, -114.874267578125f},
       -1933.01171875},
  };
  for (const RandomBlocks& c : cases) {
    const StoredType& stored = *stored_type(c.type);
    Random random(11);
    std::vector<uint8_t> bytes(static_cast<size_t>(2 * stored.block_bytes));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.bits() >> 8);
    for (const size_t block : {size_t{0}, static_cast<size_t>(stored.block_bytes)}) {
      for (const size_t scale : c.scales) {
        uint8_t& high = bytes[block + scale + 1];
        high = static_cast<uint8_t>(0x2c | (high & 0x83));
      }
    }
    const std::vector<float> values = dequantized(c.type, bytes);
    const auto n = static_cast<size_t>(stored.block_values);
    const size_t places[] = {0, n / 2 + 1, n - 1, n + 5, 2 * n - 1};
    for (size_t i = 0; i < 5; ++i) {
      check(values[places[i]] == c.expected[i], stored.name, "[", places[i], "] is ", values[places[i]]);
    }
    double sum = 0;
    for (const float x : values) sum += x;
    check_near(sum, c.sum, 1e-6, "sum of ", stored.name);
  }
}

void bf16_rounds_to_even() {
  const std::pair<uint32_t, uint16_t> pairs[] = {
      {0x3f800000, 0x3f80}, {0x3f808000, 0x3f80}, {0x3f818000, 0x3f82}, {0x3f808001, 0x3f81},
      {0xbf807fff, 0xbf80}, {0x00000001, 0x0000}, {0x7f7fffff, 0x7f80}, {0x80000000, 0x8000}};
  for (const auto& [bits, expected] : pairs) {
    const float value = from_bits(bits);
    Bf16 to;
    round_to_bf16(&value, 1, &to);
    check(to.bits == expected, "f32 bits ", bits, " became ", to.bits, ", expected ", expected);
  }
}

void finite_check_sees_each_value() {
  std::vector<float> values(77, 1e38f);
  check(all_finite(values.data(), 77), "large values are finite");
  for (const float bad :
       {std::nanf(""), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    for (const size_t i : {size_t{0}, size_t{40}, size_t{76}}) {
      values[i] = bad;
      check(!all_finite(values.data(), 77), "value ", i);
      values[i] = 0;
    }
  }
}

void merge_rows_converts_and_adds() {
  std::vector<uint8_t> rows;
  for (int block = 0; block < 2; ++block) {
    append16(rows, kHalf);
    for (int j = 0; j < 32; ++j) rows.push_back(static_cast<uint8_t>(j));
  }
  const std::vector<float> b = {1, 2}, a(32, 3.0f);
  std::vector<float> values(64);
  merge_rows(KAIAKU_TYPE_Q8_0, rows.data(), {b.data(), 2, 1, 1}, {a.data(), 1, 32, 32}, 2,
             {values.data(), 2, 32, 32});
  check(values[5] == 2.5f + 6 && values[32 + 5] == 2.5f + 12, values[5], " and ", values[32 + 5]);
  check_error(KAIAKU_INVALID_ARGUMENT, "n_cols",
              [&] { merge_rows(KAIAKU_TYPE_Q8_0, rows.data(), {}, {}, 0, {values.data(), 2, 30, 30}); });
  check_error(KAIAKU_UNSUPPORTED, "type 99",
              [&] { merge_rows(99, rows.data(), {}, {}, 0, {values.data(), 2, 32, 32}); });
}

}  // namespace

int main() {
  return run_tests({
      {"f16", f16_values},
      {"bf16", bf16_values},
      {"q4_0", q4_0_block},
      {"q4_1", q4_1_block},
      {"q8_0", q8_0_blocks},
      {"random blocks of each type", random_blocks_of_each_type},
      {"bf16: rounds to even", bf16_rounds_to_even},
      {"all_finite: sees each value", finite_check_sees_each_value},
      {"merge_rows: converts and adds", merge_rows_converts_and_adds},
  });
}
