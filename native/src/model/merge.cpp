#include "model/merge.h"

#include "backend/stored.h"
#include "base/error.h"

namespace kaiaku {

void merge_rows(int32_t type, const void* rows, ConstMatrix b, ConstMatrix a, float scale, Matrix values) {
  constexpr int64_t kMaxSize = int64_t{1} << 31;
  const StoredType* stored = stored_type(type);
  if (stored == nullptr) fail(KAIAKU_UNSUPPORTED, "type ", type, " is unknown");
  require(values.rows >= 1 && values.rows < kMaxSize, "n_rows is ", values.rows, ", expected 1 or more");
  require(values.cols >= 1 && values.cols < kMaxSize, "n_cols is ", values.cols, ", expected 1 or more");
  require(values.cols % stored->block_values == 0, "n_cols is ", values.cols,
          ", which does not fill blocks of ", stored->name);
  dequantize(type, rows, values.size(), values.data);
  if (b.cols > 0) merge_lora(b, a, scale, values);
}

}  // namespace kaiaku
