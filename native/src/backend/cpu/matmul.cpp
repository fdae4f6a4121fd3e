// Matrix products by oneDNN.
#include <omp.h>

#include <array>
#include <dnnl.hpp>
#include <map>
#include <unordered_map>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "base/error.h"

namespace kaiaku {
namespace {

using dnnl::memory;

memory::data_type data_type(DType type) {
  return type == DType::kF32 ? memory::data_type::f32 : memory::data_type::bf16;
}

// A matrix or its transpose.
struct Operand {
  ConstTensor matrix;
  bool transposed;

  int64_t rows() const { return transposed ? matrix.cols : matrix.rows; }
  int64_t cols() const { return transposed ? matrix.rows : matrix.cols; }
  memory::desc desc() const {
    const memory::dims strides = transposed ? memory::dims{1, matrix.stride} : memory::dims{matrix.stride, 1};
    return {{rows(), cols()}, data_type(matrix.type), strides};
  }
};

struct Product {
  dnnl::matmul primitive;
  memory a, b, bias, c;
};

// Everything that a prepared product depends on: sizes, strides, transpositions, bias, accumulation, types,
// threads.
using Key = std::array<int64_t, 9>;

// Shapes follow T, which changes with every batch: about twenty products for each T. A prepared product holds
// half a megabyte of code and scratch memory, which no plan of memory knows of, so that only a few are kept.
constexpr size_t kMaxProducts = 96;

void* mutable_pointer(const void* data) {
  return const_cast<void*>(data);
}

// On processors without AVX-512 oneDNN has no products of bf16.
bool multiplies_bf16(const dnnl::engine& engine) {
  const memory::desc square({16, 16}, memory::data_type::bf16, memory::format_tag::ab);
  const bool allow_empty = true;
  return static_cast<bool>(
      dnnl::matmul::primitive_desc(engine, square, square, square, dnnl::primitive_attr(), allow_empty));
}

// Room for m in f32.
Tensor room_for(const ConstTensor& m, std::vector<float>& values) {
  values.resize(static_cast<size_t>(m.size()));
  return Matrix{values.data(), m.rows, m.cols, m.cols};
}

}  // namespace

struct CpuBackend::Products {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  const bool has_bf16 = multiplies_bf16(engine);
  std::map<Key, Product> prepared;
  CpuBackend& backend;
  std::vector<float> wide_a, wide_b, wide_c;

  explicit Products(CpuBackend& cpu) : backend(cpu) {}

  Product prepare(const Operand& a, const Operand& b, bool bias, const Tensor& c, Store store) const;
  // c [M, N] = a [M, K] b [K, N] + bias [N].
  void multiply(const Operand& a, const Operand& b, const float* bias, Tensor c, Store store);
  // The same in f32, rounded once.
  void multiply_widened(const Operand& a, const Operand& b, const float* bias, Tensor c, Store store);
  ConstTensor widen(const ConstTensor& m, std::vector<float>& values);
};

Product CpuBackend::Products::prepare(const Operand& a, const Operand& b, bool bias, const Tensor& c,
                                      Store store) const {
  dnnl::primitive_attr attributes;
  if (store == Store::kAdd) {
    dnnl::post_ops post_ops;
    post_ops.append_sum(1.0f);
    attributes.set_post_ops(post_ops);
  }
  const memory::desc bias_desc({1, c.cols}, memory::data_type::f32, memory::format_tag::ab);
  const memory::desc c_desc = Operand{c, false}.desc();
  const dnnl::matmul::primitive_desc facts =
      bias ? dnnl::matmul::primitive_desc(engine, a.desc(), b.desc(), bias_desc, c_desc, attributes)
           : dnnl::matmul::primitive_desc(engine, a.desc(), b.desc(), c_desc, attributes);
  return {dnnl::matmul(facts), memory(a.desc(), engine, nullptr), memory(b.desc(), engine, nullptr),
          bias ? memory(bias_desc, engine, nullptr) : memory(), memory(c_desc, engine, nullptr)};
}

void CpuBackend::Products::multiply(const Operand& a, const Operand& b, const float* bias, Tensor c,
                                    Store store) {
  const bool any_bf16 =
      a.matrix.type == DType::kBf16 || b.matrix.type == DType::kBf16 || c.type == DType::kBf16;
  if (any_bf16 && !has_bf16) return multiply_widened(a, b, bias, c, store);
  const int64_t flags = a.transposed | b.transposed << 1 | (bias != nullptr) << 2 |
                        (store == Store::kAdd) << 3 | (a.matrix.type == DType::kBf16) << 4 |
                        (c.type == DType::kBf16) << 5;
  const Key key{a.rows(),        a.cols(), b.cols(), a.matrix.stride,
                b.matrix.stride, c.stride, flags,    omp_get_max_threads()};
  auto found = prepared.find(key);
  if (found == prepared.end()) {
    if (prepared.size() >= kMaxProducts) prepared.clear();
    found = prepared.emplace(key, prepare(a, b, bias != nullptr, c, store)).first;
  }
  Product& product = found->second;
  product.a.set_data_handle(mutable_pointer(a.matrix.data));
  product.b.set_data_handle(mutable_pointer(b.matrix.data));
  product.c.set_data_handle(c.data);
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, product.a}, {DNNL_ARG_WEIGHTS, product.b}, {DNNL_ARG_DST, product.c}};
  if (bias != nullptr) {
    product.bias.set_data_handle(mutable_pointer(bias));
    arguments.emplace(DNNL_ARG_BIAS, product.bias);
  }
  product.primitive.execute(stream, arguments);
  stream.wait();
}

void CpuBackend::Products::multiply_widened(const Operand& a, const Operand& b, const float* bias, Tensor c,
                                            Store store) {
  const Operand a_f32{widen(a.matrix, wide_a), a.transposed}, b_f32{widen(b.matrix, wide_b), b.transposed};
  if (c.type == DType::kF32) return multiply(a_f32, b_f32, bias, c, store);
  const Tensor c_f32 = room_for(c, wide_c);
  if (store == Store::kAdd) backend.copy(c, c_f32);
  multiply(a_f32, b_f32, bias, c_f32, store);
  backend.copy(c_f32, c);
}

ConstTensor CpuBackend::Products::widen(const ConstTensor& m, std::vector<float>& values) {
  if (m.type == DType::kF32) return m;
  const Tensor room = room_for(m, values);
  backend.copy(m, room);
  return room;
}

CpuBackend::CpuBackend() : products_(std::make_unique<Products>(*this)) {
  // oneDNN keeps as many again of what was prepared, for the whole process.
  dnnl::set_primitive_cache_capacity(static_cast<int>(kMaxProducts));
}

CpuBackend::~CpuBackend() = default;

void CpuBackend::linear_forward(ConstTensor x, ConstTensor w, const float* bias, Tensor y, Store store) {
  products_->multiply({x, false}, {w, true}, bias, y, store);
}

void CpuBackend::linear_backward_input(ConstTensor d_y, ConstTensor w, Tensor d_x, Store store) {
  products_->multiply({d_y, false}, {w, false}, nullptr, d_x, store);
}

void CpuBackend::linear_backward_weight(ConstTensor d_y, ConstTensor x, Matrix d_w) {
  products_->multiply({d_y, true}, {x, false}, nullptr, d_w, Store::kAdd);
}

std::string matmul_library() {
  const dnnl_version_t* version = dnnl_version();
  return text("oneDNN ", version->major, ".", version->minor, ".", version->patch);
}

}  // namespace kaiaku
