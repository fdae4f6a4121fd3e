// Every operation of the transformer, forward beside backward, on the processor's memory.
//
// Letters: T tokens, D hidden size, F feed-forward size, H query heads, K key/value heads, E head dimension,
// V vocabulary, R LoRA rank, N values. A gradient is d_ + the name of its tensor. "Adds" is said where a
// result is accumulated; elsewhere it is overwritten. Results depend on the inputs and the number of threads
// only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/tensor.h"

namespace kaiaku {

// ---- Stored types ----

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

// ---- Matrix products ----

// Keeps the prepared products of one trainer; used by one thread at a time.
class MatmulCache {
 public:
  MatmulCache();
  ~MatmulCache();

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

enum class Store { kOverwrite, kAdd };

// Both operands of a product have the same type; sums are made in f32.

// y [T, out] = x [T, in] w^T + bias, w [out, in], bias [out] or null.
void linear_forward(MatmulCache& cache, ConstTensor x, ConstTensor w, const float* bias, Tensor y,
                    Store store);
// d_x [T, in] = d_y [T, out] w.
void linear_backward_input(MatmulCache& cache, ConstTensor d_y, ConstTensor w, Tensor d_x, Store store);
// Adds d_y^T x to d_w [out, in].
void linear_backward_weight(MatmulCache& cache, ConstTensor d_y, ConstTensor x, Matrix d_w);

// Name and version of the library behind the matrix products.
std::string matmul_library();

// ---- LoRA on linears that share an input ----

// One targeted linear: its columns [first, first + out) in the stacked output, and B [out, R] with its
// gradient.
struct LoraPart {
  int64_t first = 0;
  ConstTensor b;
  Matrix d_b;
};

// n targeted linears of one stack; their A [R, in] lie one below the other.
struct LoraStack {
  ConstTensor a;  // [n*R, in]
  Matrix d_a;     // [n*R, in]
  std::vector<LoraPart> parts;
};

// h [T, n*R] = scaling x a^T; adds h_i b_i^T to the columns of y [T, out] that belong to part i. y without
// data: only h.
void lora_forward(MatmulCache& cache, const LoraStack& lora, float scaling, ConstTensor x, Tensor h,
                  Tensor y);
// Adds to every d_a and d_b, and to d_x [T, in] unless its data is null. g [T, n*R] becomes the gradient of x
// a^T.
void lora_backward(MatmulCache& cache, const LoraStack& lora, float scaling, ConstTensor d_y, ConstTensor x,
                   ConstTensor h, Tensor g, Tensor d_x);

// ---- Dropout on the input of A ----

// A mask of probability p that depends on its key and the place in the matrix only.
struct Dropout {
  float p = 0;
  uint64_t key = 0;
};

// y [T, in] = x / (1 - p), or 0 where the mask drops the value.
void dropout_forward(const Dropout& dropout, ConstTensor x, Tensor y);
// Adds to d_x [T, in].
void dropout_backward(const Dropout& dropout, ConstTensor d_y, Tensor d_x);

// ---- Copies ----

// to = from, in the type of to.
void copy(ConstTensor from, Tensor to);

// ---- Embedding ----

// x [T, D] = rows of table [V, D].
void embedding_forward(const StoredMatrix& table, const int32_t* tokens, Tensor x);
// to [n, D] = rows [n] of from.
void gather_rows(ConstMatrix from, const int32_t* rows, Matrix to);

// x [T, D] times factor, in place.
void scale(Tensor x, float factor);

// ---- RMS norm, weight frozen ----

// y [T, D] = x rstd weight, rstd [T] = 1 / sqrt(mean(x^2) + eps).
void rms_norm_forward(ConstMatrix x, const float* weight, float eps, Tensor y, float* rstd, Store store);
// d_x [T, D].
void rms_norm_backward(ConstTensor d_y, ConstMatrix x, const float* weight, const float* rstd, Tensor d_x,
                       Store store);

// The same on each of the n heads in x [T, n*E], with one weight [E] for all; rstd [T, n].
void head_norm_forward(ConstTensor x, const float* weight, float eps, Tensor y, Matrix rstd);
// d_x [T, n*E] takes the place of d_y.
void head_norm_backward(ConstTensor x, const float* weight, ConstMatrix rstd, Tensor d_y);

// ---- Rotary position embedding, halves rotated against each other, in place ----

// cos and sin [positions, E/2] of position * inv_freq [E/2].
void rope_table(const float* inv_freq, Matrix cos, Matrix sin);
// x [T, n*E]: n heads of every token, turned by its position.
void rope_forward(Tensor x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin);
// Turns d_x back.
void rope_backward(Tensor d_x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin);

// ---- Causal attention inside each sequence of a packed batch ----

struct AttentionShape {
  int64_t n_heads;            // H
  int64_t n_kv_heads;         // K
  int64_t head_dim;           // E
  float scale;                // multiplies q k^T
  int64_t window;             // how many of the newest tokens each sees, its own included
  const int32_t* cu_seqlens;  // [S+1]
  int64_t n_sequences;        // S
};

// qkv [T, (H+2K)*E] holds the heads of q, k and v of each token. y [T, H*E]; lse [T, H] = log of the
// softmax's sum.
void attention_forward(const AttentionShape& shape, ConstTensor qkv, Tensor y, Matrix lse);
// d_qkv [T, (H+2K)*E]. d_heads [T, 3*H*E] is overwritten: what each query head adds to the gradients of q, k
// and v.
void attention_backward(const AttentionShape& shape, ConstTensor d_y, ConstTensor qkv, ConstTensor y,
                        ConstMatrix lse, Matrix d_heads, Tensor d_qkv);

// ---- Causal attention on keys and values that are kept from call to call ----

// Keys and values of one sequence, its newest tokens' included: kv [before + new tokens, 2*K*E].
struct CachedSequence {
  ConstTensor kv;
  int64_t n_before;
};

// y [T, H*E]. cu_seqlens says which rows of qkv [T, (H+2K)*E] are the new tokens of each cached sequence [S];
// of qkv only q is read.
void attention_cached(const AttentionShape& shape, const CachedSequence* cached, ConstTensor qkv, Tensor y);

// ---- SwiGLU ----

// y [T, F] = silu(gate) up, from gate_up [T, 2F].
void swiglu_forward(ConstTensor gate_up, Tensor y);
// d_gate_up [T, 2F] takes the place of gate_up.
void swiglu_backward(ConstTensor d_y, Tensor gate_up);

// ---- GeGLU, with GELU in its tanh form ----

// y [T, F] = gelu(gate) up, from gate_up [T, 2F].
void geglu_forward(ConstTensor gate_up, Tensor y);
// d_gate_up [T, 2F] takes the place of gate_up.
void geglu_backward(ConstTensor d_y, Tensor gate_up);

// ---- Cross-entropy ----

// nll [T] = -log softmax(logits)[target]; d_logits [T, V] may be logits, which is overwritten.
void cross_entropy_forward_backward(Matrix logits, const int32_t* targets, float* nll, Tensor d_logits);
void cross_entropy_forward(ConstMatrix logits, const int32_t* targets, float* nll);

// ---- Statistics ----

// Adds the squares of each column of x [T, in] to sums [in].
void add_column_squares(ConstTensor x, double* sums);

// ---- Optimiser ----

struct AdamW {
  float lr;
  float beta1;
  float beta2;
  float eps;
  float weight_decay;
};

// Sum of squares of values [n], in double.
double sum_of_squares(const float* values, int64_t n);
// One step, number step (from 1), on gradients multiplied by gradient_scale; all arrays [n].
void adamw_step(const AdamW& options, int64_t step, float gradient_scale, const float* gradient, float* m,
                float* v, float* weight, int64_t n);

// ---- Merge ----

// values [n_rows, n_cols] += scale b [n_rows, R] a [R, n_cols]; on the calling thread only.
void merge_lora(ConstMatrix b, ConstMatrix a, float scale, Matrix values);

}  // namespace kaiaku
