#include "base/error.h"
#include "blocks.cuh"
#include "cuda_backend.h"
#include "launch.h"
#include "nf4.cuh"
#include "rows.cuh"

namespace kaiaku::cuda {
namespace {

constexpr int kThreads = 256;

// y [n] = values of the blocks at data; one thread for each value.
template <class Type, class Y>
__global__ void blocks_kernel(const uint8_t* data, int64_t n, Y* y) {
  const int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (i >= n) return;
  set(y + i, Type::value(data + i / Type::kValues * Type::kBytes, static_cast<int>(i % Type::kValues)));
}

// y [n]; one thread for each byte, which holds two values.
template <class Y>
__global__ void nf4_kernel(Nf4Matrix m, int64_t n, Y* y) {
  const int64_t i = (int64_t{blockIdx.x} * kThreads + threadIdx.x) * 2;
  if (i >= n) return;
  const uint8_t byte = m.packed[i / 2];
  const float absmax = nf4_absmax(m, i / m.block_size);
  set(y + i, m.codes[byte >> 4] * absmax);
  if (i + 1 < n) set(y + i + 1, m.codes[byte & 15] * absmax);
}

// The same for the usual blocks and whole eights of bf16: neighbouring threads read 4 bytes and write 16
// each, kEights times over, so that enough is under way to fill the memory's bandwidth.
constexpr int kEights = 4;
__global__ void nf4_eights_kernel(Nf4Matrix m, int64_t n_eights, uint4* y) {
  __shared__ float2 pairs[256];
  nf4_fill_pairs(m.codes, pairs);
  const int64_t first = int64_t{blockIdx.x} * kEights * kThreads + threadIdx.x;
  uint32_t packed[kEights];
  float absmax[kEights];
#pragma unroll
  for (int n = 0; n < kEights; ++n) {
    const int64_t i = first + n * kThreads;
    if (i >= n_eights) continue;
    packed[n] = reinterpret_cast<const uint32_t*>(m.packed)[i];
    absmax[n] = nf4_absmax(m, i / (kNf4Block / 8), kNf4NestedBlock);
  }
#pragma unroll
  for (int n = 0; n < kEights; ++n) {
    const int64_t i = first + n * kThreads;
    if (i < n_eights) y[i] = nf4_eight(packed[n], absmax[n], pairs);
  }
}

// y [T, D] = rows tokens [T] of a table whose rows are row_bytes long.
template <class Type, class Y>
__global__ void embedding_kernel(const uint8_t* table, int64_t row_bytes, const int32_t* tokens, Rows<Y> y,
                                 int64_t cols) {
  const uint8_t* row = table + tokens[blockIdx.x] * row_bytes;
  Y* to = y.row(blockIdx.x);
  each_column(cols, [&](int64_t i) {
    set(to + i, Type::value(row + i / Type::kValues * Type::kBytes, static_cast<int>(i % Type::kValues)));
  });
}

unsigned blocks_for(int64_t n, int64_t per_block = kThreads) {
  return static_cast<unsigned>((n + per_block - 1) / per_block);
}

// Calls body with the type's reader.
template <class Body>
void with_blocks(int32_t type, const Body& body) {
  switch (type) {
    case KAIAKU_TYPE_F32:
      return body(Float{});
    case KAIAKU_TYPE_F16:
      return body(Half{});
    case KAIAKU_TYPE_BF16:
      return body(BFloat{});
    case KAIAKU_TYPE_Q4_0:
      return body(Q4_0{});
    case KAIAKU_TYPE_Q4_1:
      return body(Q4_1{});
    case KAIAKU_TYPE_Q5_0:
      return body(Q5_0{});
    case KAIAKU_TYPE_Q5_1:
      return body(Q5_1{});
    case KAIAKU_TYPE_Q8_0:
      return body(Q8_0{});
    case KAIAKU_TYPE_Q4_K:
      return body(Q4_K{});
    case KAIAKU_TYPE_Q5_K:
      return body(Q5_K{});
    case KAIAKU_TYPE_Q6_K:
      return body(Q6_K{});
    default:
      fail(KAIAKU_INTERNAL, "dequantize: type ", type);
  }
}

}  // namespace

void CudaBackend::dequantize(const StoredMatrix& matrix, Tensor to) {
  const int64_t n = to.size();
  with_rows(
      [&](auto rows) {
        using Y = ValueOf<decltype(rows)>;
        if (matrix.nf4 != nullptr) {
          const Nf4Matrix m = nf4_matrix(matrix);
          if (std::is_same_v<Y, bf16> && has_usual_blocks(m) && n % 8 == 0 &&
              reinterpret_cast<uintptr_t>(rows.data) % 16 == 0) {
            launch("dequantize", nf4_eights_kernel, blocks_for(n / 8, kEights * kThreads), kThreads, 0,
                   stream(), m, n / 8, reinterpret_cast<uint4*>(rows.data));
            return;
          }
          launch("dequantize", nf4_kernel<Y>, blocks_for((n + 1) / 2), kThreads, 0, stream(), m, n,
                 rows.data);
          return;
        }
        with_blocks(matrix.type, [&](auto reader) {
          launch("dequantize", blocks_kernel<decltype(reader), Y>, blocks_for(n), kThreads, 0, stream(),
                 static_cast<const uint8_t*>(matrix.data), n, rows.data);
        });
      },
      to);
}

void CudaBackend::embedding_forward(const StoredMatrix& table, const int32_t* tokens, Tensor x) {
  with_rows(
      [&](auto rows) {
        with_blocks(table.type, [&](auto reader) {
          launch("embedding_forward", embedding_kernel<decltype(reader), ValueOf<decltype(rows)>>,
                 row_grid(x.rows, x.cols), kRowThreads, 0, stream(), static_cast<const uint8_t*>(table.data),
                 stored_bytes(table.type, table.cols), tokens, rows, x.cols);
        });
      },
      x);
}

}  // namespace kaiaku::cuda
