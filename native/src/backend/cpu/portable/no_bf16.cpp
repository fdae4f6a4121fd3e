// For processors that multiply bf16 no faster than f32: bf16_unit() is kNone there and nobody calls these.
#include "backend/cpu/attention_bf16.h"
#include "backend/cpu/glu_bf16.h"

namespace kaiaku {

const Bf16Attention kAttentionByDots{};
const Bf16Attention kAttentionByTiles{};
const Bf16Glu kSwigluBf16{};
const Bf16Glu kGegluBf16{};

}  // namespace kaiaku
