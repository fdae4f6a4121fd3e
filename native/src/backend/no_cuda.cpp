#include "backend/devices.h"
#include "base/error.h"

namespace kaiaku {
namespace {

[[noreturn]] void refuse(int32_t index) {
  fail(KAIAKU_UNSUPPORTED, "device ", index, ": this build has no CUDA backend, everything runs on the CPU");
}

}  // namespace

std::string backends_text() {
  return "cpu";
}

int32_t device_count() {
  return 0;
}

void device_get(int32_t index, kaiaku_device_info*) {
  refuse(index);
}

std::unique_ptr<Backend> open_gpu(int32_t index) {
  refuse(index);
}

}  // namespace kaiaku
