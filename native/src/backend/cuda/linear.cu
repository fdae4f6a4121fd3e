// Products by cuBLASLt where it is there and knows the shape, else by the kernel of gemm.cuh; with few rows
// by that kernel on NF4 as it is.
#include "cuda_backend.h"
#include "gemm.cuh"
#include "launch.h"
#include "lt_matmul.h"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

template <class T>
__global__ void bias_kernel(const float* bias, Rows<T> y, int64_t cols, bool add) {
  T* row = y.row(blockIdx.x);
  each_column(cols, [&](int64_t i) { set(row + i, add ? to_float(row[i]) + bias[i] : bias[i]); });
}

// Whether rows can be copied in pieces of 16 bytes.
bool is_aligned(ConstTensor m) {
  return reinterpret_cast<uintptr_t>(m.data) % 16 == 0 && m.stride % 8 == 0 && m.cols % 8 == 0;
}

template <class Source>
Source source_of(ConstTensor m) {
  return {reinterpret_cast<const bf16*>(m.data), m.rows, m.cols, m.stride};
}

// y = scale a b, or on top of it, by the kernel for such sources.
template <class Shape, bool transpose_a, bool transpose_b, class A, class B, class Out>
void run(const char* op, const A& a, const B& b, int64_t depth, MatrixView<Out> y, float scale, bool add,
         cudaStream_t stream) {
  using Value = typename DeviceValue<Out>::Type;
  const auto kernel = gemm_kernel<Shape, transpose_a, transpose_b, A, B, Value>;
  constexpr size_t kShared = kGemmShared<Shape, transpose_a, transpose_b>;
  const dim3 grid(static_cast<unsigned>((y.rows + Shape::kM - 1) / Shape::kM),
                  static_cast<unsigned>((y.cols + Shape::kN - 1) / Shape::kN));
  allow_shared(op, kernel, kShared);
  const bool in_pairs = y.stride % 2 == 0 && reinterpret_cast<uintptr_t>(y.data) % (2 * sizeof(Out)) == 0;
  launch(op, kernel, grid, kGemmThreads, kShared, stream, a, b,
         GemmOutput<Value>{reinterpret_cast<Value*>(y.data), y.rows, y.cols, y.stride, scale, add, in_pairs},
         depth);
}

template <bool transpose_a, bool transpose_b, class Out>
void choose(const char* op, const ProductOperand& a, const ProductOperand& b, MatrixView<Out> y, float scale,
            bool add, cudaStream_t stream) {
  const auto with = [&](auto shape, auto source_a, auto source_b) {
    run<decltype(shape), transpose_a, transpose_b>(op, source_a, source_b, a.cols(), y, scale, add, stream);
  };
  if (!is_aligned(a.matrix) || !is_aligned(b.matrix)) {
    with(SmallTile(), source_of<AnySource>(a.matrix), source_of<AnySource>(b.matrix));
  } else if (y.rows >= LargeTile::kM && y.cols >= LargeTile::kN) {
    with(LargeTile(), source_of<AlignedSource>(a.matrix), source_of<AlignedSource>(b.matrix));
  } else {
    with(SmallTile(), source_of<AlignedSource>(a.matrix), source_of<AlignedSource>(b.matrix));
  }
}

}  // namespace

void CudaBackend::multiply(const char* op, const ProductOperand& a, const ProductOperand& b, Tensor y,
                           float scale, bool add) {
  if (y.size() == 0) return;
  if (lt_ != nullptr && lt_->multiply(a, b, y, scale, add, stream())) return;
  with_type(y.type, [&](auto type) {
    const auto to = y.as<decltype(type)>();
    if (a.transposed) {
      choose<true, true>(op, a, b, to, scale, add, stream());
    } else if (b.transposed) {
      choose<false, false>(op, a, b, to, scale, add, stream());
    } else {
      choose<false, true>(op, a, b, to, scale, add, stream());
    }
  });
}

void CudaBackend::add_bias(const float* bias, Tensor y, bool add) {
  with_rows(
      [&](auto rows) {
        launch("linear_forward", bias_kernel<ValueOf<decltype(rows)>>, row_grid(y.rows, y.cols), kRowThreads,
               0, stream(), bias, rows, y.cols, add);
      },
      y);
}

void CudaBackend::linear_forward(ConstTensor x, ConstTensor w, const float* bias, Tensor y, Store store) {
  const bool add = store == Store::kAdd;
  if (bias != nullptr) add_bias(bias, y, add);
  multiply("linear_forward", {x, false}, {w, true}, y, 1, add || bias != nullptr);
}

// A tile of the product reads 4 bits a value; dequantising first writes and reads 16 more, but pays where
// many tiles use what it made. By the bytes that move, never measured.
bool CudaBackend::multiplies_stored(const StoredMatrix& w, int64_t n_rows) const {
  return n_rows <= SmallTile::kM && w.nf4 != nullptr && has_usual_blocks(nf4_matrix(w)) && w.cols % 16 == 0;
}

void CudaBackend::linear_forward_stored(ConstTensor x, const StoredMatrix& w, const float* bias, Tensor y,
                                        Store store) {
  const bool add = store == Store::kAdd;
  if (bias != nullptr) add_bias(bias, y, add);
  const Nf4Source source{nf4_matrix(w), nullptr};
  with_type(y.type, [&](auto type) {
    const auto multiply = [&](auto x_source) {
      run<SmallTile, false, false>("linear_forward", x_source, source, x.cols, y.as<decltype(type)>(), 1,
                                   add || bias != nullptr, stream());
    };
    if (is_aligned(x)) {
      multiply(source_of<AlignedSource>(x));
    } else {
      multiply(source_of<AnySource>(x));
    }
  });
}

void CudaBackend::linear_backward_input(ConstTensor d_y, ConstTensor w, Tensor d_x, Store store) {
  multiply("linear_backward_input", {d_y, false}, {w, false}, d_x, 1, store == Store::kAdd);
}

void CudaBackend::linear_backward_weight(ConstTensor d_y, ConstTensor x, Matrix d_w) {
  multiply("linear_backward_weight", {d_y, true}, {x, false}, d_w, 1, true);
}

}  // namespace kaiaku::cuda
