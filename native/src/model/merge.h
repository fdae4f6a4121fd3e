// An adapter folded into weights.
#pragma once

#include "base/tensor.h"

namespace kaiaku {

// values [n_rows, n_cols] = rows of a KAIAKU_TYPE_* + scale b [n_rows, R] a [R, n_cols]; on the calling
// thread only.
void merge_rows(int32_t type, const void* rows, ConstMatrix b, ConstMatrix a, float scale, Matrix values);

}  // namespace kaiaku
