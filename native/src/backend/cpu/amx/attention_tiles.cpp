// Attention by tiles of bf16. Compiled for AVX-512 with bf16 and for AMX, and called on such processors only.
#include "backend/cpu/avx512/attention_bf16.h"

namespace kaiaku {
namespace {

constexpr int64_t kPairBytes = 4;

// Every tile register holds 16 rows of 64 bytes.
struct TileShapes {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

alignas(64) constexpr TileShapes kTileShapes;
static_assert(sizeof kTileShapes == 64, "as the processor reads it");

// c [16 or 32, 16 or 32] = or += left right. Registers 0 to 3 hold c, 4 and 5 the left rows, 6 and 7 the
// right columns.
template <Store kStore, bool kTwoRows, bool kTwoColumns>
void block_product(Left left, Right right, int64_t k, float* c, int64_t c_stride) {
  const int64_t left_bytes = left.stride * kPairBytes, right_bytes = right.stride * kPairBytes;
  const int64_t c_bytes = c_stride * static_cast<int64_t>(sizeof(float));
  const Pair* lower = left.data + kLanes * left.stride;
  float* c_lower = c + kLanes * c_stride;
  if constexpr (kStore == Store::kAdd) {
    _tile_loadd(0, c, c_bytes);
    if constexpr (kTwoColumns) _tile_loadd(1, c + kLanes, c_bytes);
    if constexpr (kTwoRows) _tile_loadd(2, c_lower, c_bytes);
    if constexpr (kTwoRows && kTwoColumns) _tile_loadd(3, c_lower + kLanes, c_bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int64_t p = 0; p < k; p += kLanes) {
    const Pair* b = right.data + p * right.stride;
    _tile_loadd(4, left.data + p, left_bytes);
    _tile_loadd(6, b, right_bytes);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (kTwoColumns) {
      _tile_loadd(7, b + kLanes, right_bytes);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (kTwoRows) {
      _tile_loadd(5, lower + p, left_bytes);
      _tile_dpbf16ps(2, 5, 6);
    }
    if constexpr (kTwoRows && kTwoColumns) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, c, c_bytes);
  if constexpr (kTwoColumns) _tile_stored(1, c + kLanes, c_bytes);
  if constexpr (kTwoRows) _tile_stored(2, c_lower, c_bytes);
  if constexpr (kTwoRows && kTwoColumns) _tile_stored(3, c_lower + kLanes, c_bytes);
}

// Claims the thread's tile registers: whoever had them, such as oneDNN, sets them up again.
class TileProducts {
 public:
  TileProducts() { _tile_loadconfig(&kTileShapes); }
  ~TileProducts() { _tile_release(); }
  TileProducts(const TileProducts&) = delete;
  TileProducts& operator=(const TileProducts&) = delete;

  template <Store kStore>
  void multiply(Left left, Right right, int64_t m, int64_t n, int64_t k, float* c, int64_t c_stride) const {
    // GCC 12 doesn't know that tile loads read memory: what was stored before has to be there.
    __asm__ volatile("" ::: "memory");
    int64_t i = 0;
    for (; i + 2 * kLanes <= m; i += 2 * kLanes) rows<kStore, true>(left, right, i, n, k, c, c_stride);
    if (i < m) rows<kStore, false>(left, right, i, n, k, c, c_stride);
  }

 private:
  template <Store kStore, bool kTwoRows>
  static void rows(Left left, Right right, int64_t i, int64_t n, int64_t k, float* c, int64_t c_stride) {
    const Left from{left.data + i * left.stride, left.stride};
    float* c_rows = c + i * c_stride;
    int64_t j = 0;
    for (; j + 2 * kLanes <= n; j += 2 * kLanes) {
      block_product<kStore, kTwoRows, true>(from, {right.data + j, right.stride}, k, c_rows + j, c_stride);
    }
    if (j < n)
      block_product<kStore, kTwoRows, false>(from, {right.data + j, right.stride}, k, c_rows + j, c_stride);
  }
};

}  // namespace

const Bf16Attention kAttentionByTiles{attention_forward<TileProducts>, attention_backward<TileProducts>};

}  // namespace kaiaku
