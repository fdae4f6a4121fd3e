// Stored types against blocks made by hand.
#include <cmath>
#include <cstring>
#include <limits>

#include "backend/backend.h"
#include "check.h"
#include "model/merge.h"

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
      {"all_finite: sees each value", finite_check_sees_each_value},
      {"merge_rows: converts and adds", merge_rows_converts_and_adds},
  });
}
