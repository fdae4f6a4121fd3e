// The GPUs of this machine, as far as this build can use them. Without a CUDA backend no_cuda.cpp answers.
#pragma once

#include <cstdint>

#include "kaiaku.h"

namespace kaiaku {

int32_t device_count();

// Throws KAIAKU_UNSUPPORTED with the reason where there is no such device.
void device_get(int32_t index, kaiaku_device_info* info);

}  // namespace kaiaku
