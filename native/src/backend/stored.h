// How matrices are stored: ggml's block types and bitsandbytes' 4-bit form, read and made on the processor.
#pragma once

#include <cstdint>

#include "base/tensor.h"

namespace kaiaku {

struct StoredType {
  const char* name;
  int64_t block_values;
  int64_t block_bytes;
};

// Facts of a KAIAKU_TYPE_*; null for a number that is none.
const StoredType* stored_type(int32_t type);
// Bytes of n values; n fills whole blocks.
int64_t stored_bytes(int32_t type, int64_t n);

// values [n] from n values of type at data; n fills whole blocks.
void dequantize(int32_t type, const void* data, int64_t n, float* values);
void round_to_bf16(const float* values, int64_t n, Bf16* to);
bool all_finite(const float* values, int64_t n);

// A matrix in bitsandbytes' 4-bit form: value i is quant_map[its code] times the absmax of its block.
struct Nf4 {
  int64_t block_size;
  int64_t nested_block_size;  // 0: absmax is not nested
  float nested_offset;
  const float* quant_map;         // [16]
  const uint8_t* packed;          // [n/2], the first of two codes in the high bits
  const void* absmax;             // [blocks], uint8 where nested, else float
  const float* nested_absmax;     // [nested blocks]
  const float* nested_quant_map;  // [256]
};

constexpr int64_t kNf4Block = 64;
constexpr int64_t kNf4NestedBlock = 256;
const float* nf4_quant_map();         // [16]
const float* nf4_nested_quant_map();  // [256]

float nf4_absmax(const Nf4& nf4, int64_t block);
// packed [n/2, rounded up] and absmax [n/64, rounded up] from values [n].
void nf4_quantize(const float* values, int64_t n, uint8_t* packed, float* absmax);
// codes [n] and nested_absmax [n/256, rounded up] from absmax [n]; returns the offset.
float nf4_nest(const float* absmax, int64_t n, uint8_t* codes, float* nested_absmax);

// blocks of Q8_0 from values [n]; n fills whole blocks. As ggml does it.
void q8_quantize(const float* values, int64_t n, std::byte* blocks);

// A matrix [rows, cols] of any stored type, or NF4.
struct StoredMatrix {
  int32_t type;      // KAIAKU_TYPE_*, unless it is NF4
  const void* data;  // rows, one after the other
  const Nf4* nf4;    // null where type and data say it all
  int64_t rows;
  int64_t cols;
};

// to [rows, cols], without gaps between its rows.
void dequantize(const StoredMatrix& matrix, Tensor to);

// values [n_rows, n_cols] += scale b [n_rows, R] a [R, n_cols]; on the calling thread only.
void merge_lora(ConstMatrix b, ConstMatrix a, float scale, Matrix values);

}  // namespace kaiaku
