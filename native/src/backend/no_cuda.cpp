#include "backend/devices.h"
#include "base/error.h"

namespace kaiaku {

int32_t device_count() {
  return 0;
}

void device_get(int32_t index, kaiaku_device_info*) {
  fail(KAIAKU_UNSUPPORTED, "device ", index, ": this build has no CUDA backend, everything runs on the CPU");
}

}  // namespace kaiaku
