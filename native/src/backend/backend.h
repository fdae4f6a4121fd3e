// Every operation of the transformer, forward beside backward, and the memory that it works on. cpu/ and
// cuda/ hold the twins, one operation a file.
//
// Letters: T tokens, D hidden size, F feed-forward size, H query heads, K key/value heads, E head dimension,
// V vocabulary, R LoRA rank, N values. A gradient is d_ + the name of its tensor. "Adds" is said where a
// result is accumulated; elsewhere it is overwritten. Results depend on the inputs and, on the processor, the
// number of threads only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/stored.h"
#include "base/tensor.h"

namespace kaiaku {

enum class Store { kOverwrite, kAdd };

// One targeted linear of a stack: its columns [first, first + out) in the stacked output, and B [out, R] with
// its gradient.
struct LoraPart {
  int64_t first = 0;
  ConstTensor b;
  Matrix d_b;
};

// n targeted linears that share an input; their A [R, in] lie one below the other.
struct LoraStack {
  ConstTensor a;  // [n*R, in]
  Matrix d_a;     // [n*R, in]
  std::vector<LoraPart> parts;
};

// A mask of probability p that depends on its key and the place in the matrix only.
struct Dropout {
  float p = 0;
  uint64_t key = 0;
};

// Heads, and the sequences of a packed batch that each see themselves only.
struct AttentionShape {
  int64_t n_heads;            // H
  int64_t n_kv_heads;         // K
  int64_t head_dim;           // E
  float scale;                // multiplies q k^T
  int64_t window;             // how many of the newest tokens each sees, its own included
  const int32_t* cu_seqlens;  // [S+1], host
  int64_t n_sequences;        // S
  const int32_t* begins;      // [T] first token of each token's sequence
  const int32_t* ends;        // [T] the token after its last
};

// Keys and values of one sequence, its newest tokens' included: kv [before + new tokens, 2*K*E].
struct CachedSequence {
  ConstTensor kv;
  int64_t n_before;
};

struct AdamW {
  float lr;
  float beta1;
  float beta2;
  float eps;
  float weight_decay;
};

// A device with its memory. Arrays and tensors are in that memory unless they are called host. Calls take
// effect in their order; one thread at a time makes them. What fails on the device may show in a later call.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // Before the first product, and before the first gradient_scale: makes ready for products in this type, or
  // throws KAIAKU_UNSUPPORTED. scratch [backend_scratch(...) bytes] stays the caller's.
  virtual void prepare(DType type, std::byte* scratch) = 0;

  // ---- Memory ----

  // n zeroed bytes at a multiple of 64; name says in errors what they are for. They may outlive the backend.
  virtual std::shared_ptr<std::byte> allocate(int64_t n, const std::string& name) = 0;
  // to [n bytes] = from, host, which may change once the call is back.
  virtual void upload(const void* from, int64_t n, void* to) = 0;
  // to [n bytes], host, = from.
  virtual void download(const void* from, int64_t n, void* to) = 0;
  virtual void zero(void* to, int64_t n) = 0;
  // Waits until everything has taken effect.
  virtual void finish() = 0;

  // ---- The host's memory, and copies that run beside the other calls ----

  // n bytes that such copies can start from and end at.
  virtual std::shared_ptr<std::byte> allocate_host(int64_t n, const std::string& name) = 0;
  // Start copies of n bytes, once the calls so far have taken effect. What they read and write is left alone
  // until join_copies.
  virtual void offload(const void* from, int64_t n, void* to_host) = 0;
  virtual void reload(const void* from_host, int64_t n, void* to) = 0;
  // Later calls wait for the copies that were started.
  virtual void join_copies() = 0;
  // The caller waits for them.
  virtual void finish_copies() = 0;

  // to = from, in the type of to.
  virtual void copy(ConstTensor from, Tensor to) = 0;
  // to [rows, cols], without gaps between its rows.
  virtual void dequantize(const StoredMatrix& matrix, Tensor to) = 0;

  // ---- Matrix products; both operands have the same type, sums are made in f32 ----

  // y [T, out] = x [T, in] w^T + bias, w [out, in], bias [out] or null.
  virtual void linear_forward(ConstTensor x, ConstTensor w, const float* bias, Tensor y, Store store) = 0;
  // Whether a matrix is better multiplied with n_rows rows as it is stored than dequantised for that first.
  virtual bool multiplies_stored(const StoredMatrix& /*w*/, int64_t /*n_rows*/) const { return false; }
  // linear_forward with such a matrix.
  virtual void linear_forward_stored(ConstTensor x, const StoredMatrix& w, const float* bias, Tensor y,
                                     Store store);
  // d_x [T, in] = d_y [T, out] w.
  virtual void linear_backward_input(ConstTensor d_y, ConstTensor w, Tensor d_x, Store store) = 0;
  // Adds d_y^T x to d_w [out, in].
  virtual void linear_backward_weight(ConstTensor d_y, ConstTensor x, Matrix d_w) = 0;

  // ---- LoRA on linears that share an input ----

  // h [T, n*R] = scaling x a^T; adds h_i b_i^T to the columns of y [T, out] that belong to part i. y without
  // data: only h.
  virtual void lora_forward(const LoraStack& lora, float scaling, ConstTensor x, Tensor h, Tensor y) = 0;
  // Adds to every d_a and d_b, and to d_x [T, in] unless its data is null. g [T, n*R] becomes the gradient of
  // x a^T.
  virtual void lora_backward(const LoraStack& lora, float scaling, ConstTensor d_y, ConstTensor x,
                             ConstTensor h, Tensor g, Tensor d_x) = 0;

  // ---- Dropout on the input of A ----

  // y [T, in] = x / (1 - p), or 0 where the mask drops the value.
  virtual void dropout_forward(const Dropout& dropout, ConstTensor x, Tensor y) = 0;
  // Adds to d_x [T, in].
  virtual void dropout_backward(const Dropout& dropout, ConstTensor d_y, Tensor d_x) = 0;

  // ---- Rows ----

  // x [T, D] = rows of table [V, D].
  virtual void embedding_forward(const StoredMatrix& table, const int32_t* tokens, Tensor x) = 0;
  // to [n, D] = rows [n] of from.
  virtual void gather_rows(ConstMatrix from, const int32_t* rows, Matrix to) = 0;
  // Rows [n] of to = from [n, D]; no row comes twice.
  virtual void scatter_rows(ConstMatrix from, const int32_t* rows, Matrix to) = 0;
  // x [T, D] times factor, in place.
  virtual void scale(Tensor x, float factor) = 0;

  // ---- RMS norm, weight frozen ----

  // y [T, D] = x rstd weight, rstd [T] = 1 / sqrt(mean(x^2) + eps).
  virtual void rms_norm_forward(ConstMatrix x, const float* weight, float eps, Tensor y, float* rstd,
                                Store store) = 0;
  // d_x [T, D].
  virtual void rms_norm_backward(ConstTensor d_y, ConstMatrix x, const float* weight, const float* rstd,
                                 Tensor d_x, Store store) = 0;

  // The same on each of the n heads in x [T, n*E], with one weight [E] for all; rstd [T, n].
  virtual void head_norm_forward(ConstTensor x, const float* weight, float eps, Tensor y, Matrix rstd) = 0;
  // d_x [T, n*E] takes the place of d_y.
  virtual void head_norm_backward(ConstTensor x, const float* weight, ConstMatrix rstd, Tensor d_y) = 0;

  // ---- Rotary position embedding, halves rotated against each other, in place ----

  // cos and sin [positions, E/2] of position * inv_freq [E/2].
  virtual void rope_table(const float* inv_freq, Matrix cos, Matrix sin) = 0;
  // x [T, n*E]: n heads of every token, turned by its position.
  virtual void rope_forward(Tensor x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) = 0;
  // Turns d_x back.
  virtual void rope_backward(Tensor d_x, const int32_t* positions, ConstMatrix cos, ConstMatrix sin) = 0;

  // Both, on x [T, n*E] in place: norm, then turn. raw [T, n*E] keeps what x was.
  virtual void norm_turn_forward(Tensor x, const float* weight, float eps, Tensor raw, Matrix rstd,
                                 const int32_t* positions, ConstMatrix cos, ConstMatrix sin);
  virtual void norm_turn_backward(Tensor d_x, const float* weight, ConstTensor raw, ConstMatrix rstd,
                                  const int32_t* positions, ConstMatrix cos, ConstMatrix sin);

  // ---- Causal attention inside each sequence of a packed batch ----

  // qkv [T, (H+2K)*E] holds the heads of q, k and v of each token. y [T, H*E]; lse [T, H] = log of the
  // softmax's sum.
  virtual void attention_forward(const AttentionShape& shape, ConstTensor qkv, Tensor y, Matrix lse) = 0;
  // d_qkv [T, (H+2K)*E]. scratch [T, attention_scratch(...)] is overwritten.
  virtual void attention_backward(const AttentionShape& shape, ConstTensor d_y, ConstTensor qkv,
                                  ConstTensor y, ConstMatrix lse, Matrix scratch, Tensor d_qkv) = 0;

  // On keys and values that are kept from call to call: y [T, H*E]. cu_seqlens says which rows of
  // qkv [T, (H+2K)*E] are the new tokens of each cached sequence [S], host; of qkv only q is read.
  virtual void attention_cached(const AttentionShape& shape, const CachedSequence* cached, ConstTensor qkv,
                                Tensor y) = 0;

  // ---- SwiGLU, and GeGLU with GELU in its tanh form ----

  // y [T, F] = activation(gate) up, from gate_up [T, 2F].
  virtual void swiglu_forward(ConstTensor gate_up, Tensor y) = 0;
  virtual void geglu_forward(ConstTensor gate_up, Tensor y) = 0;
  // d_gate_up [T, 2F] takes the place of gate_up.
  virtual void swiglu_backward(ConstTensor d_y, Tensor gate_up) = 0;
  virtual void geglu_backward(ConstTensor d_y, Tensor gate_up) = 0;

  // ---- Cross-entropy ----

  // nll [T] = -log softmax(logits)[target]; logits is overwritten. d_logits [T, V] may be logits, or on a GPU
  // in bf16 the first half of each of its rows.
  virtual void cross_entropy_forward_backward(Matrix logits, const int32_t* targets, float* nll,
                                              Tensor d_logits) = 0;
  virtual void cross_entropy_forward(ConstMatrix logits, const int32_t* targets, float* nll) = 0;

  // ---- Statistics and optimiser ----

  // Adds the squares of each column of x [T, in] to sums [in].
  virtual void add_column_squares(ConstTensor x, double* sums) = 0;
  // What an update makes of gradient [n], a sum over n_targets: scale[1] = the norm of the mean, summed in
  // double; scale[0] = what the sum is to be multiplied by for a mean of at most norm max_norm (0: any), NaN
  // where the norm is not finite.
  virtual void gradient_scale(const float* gradient, int64_t n, int64_t n_targets, float max_norm,
                              float* scale) = 0;
  // One step, number step (from 1), on gradients multiplied by gradient_scale[0]; none where that is NaN. All
  // arrays [n].
  virtual void adamw_step(const AdamW& options, int64_t step, const float* gradient_scale,
                          const float* gradient, float* m, float* v, float* weight, int64_t n) = 0;
};

// Name and version of the library behind the processor's matrix products.
std::string matmul_library();

}  // namespace kaiaku
