// Dequantising NF4, for each type of result.
#pragma once

#include "backend/stored.h"

namespace kaiaku {

// to has no gaps between its rows.
void nf4_dequantize(const Nf4& nf4, Matrix to);
void nf4_dequantize(const Nf4& nf4, MatrixView<Bf16> to);

}  // namespace kaiaku
