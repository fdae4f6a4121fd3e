#include "backend/backend.h"
#include "backend/devices.h"
#include "base/error.h"
#include "base/log.h"
#include "base/processor.h"
#include "kaiaku.h"

namespace {

thread_local std::string last_error;

// Runs the body of a call; what it throws becomes a status and this thread's last error.
template <class Body>
int32_t guard(const Body& body) noexcept {
  try {
    body();
    return KAIAKU_OK;
  } catch (const kaiaku::Error& e) {
    last_error = e.what();
    return e.status();
  } catch (const std::bad_alloc&) {
    last_error = "out of memory";
    return KAIAKU_OUT_OF_MEMORY;
  } catch (const std::exception& e) {
    last_error = e.what();
    return KAIAKU_INTERNAL;
  } catch (...) {
    last_error = "unknown exception";
    return KAIAKU_INTERNAL;
  }
}
}  // namespace

int32_t kaiaku_abi_version(void) {
  return KAIAKU_ABI_VERSION;
}

const char* kaiaku_build_info(void) {
  static const std::string info = kaiaku::build_text() + ", " + kaiaku::matmul_library() + ", backends: cpu";
  return info.c_str();
}
const char* kaiaku_last_error(void) {
  return last_error.c_str();
}
int32_t kaiaku_set_log(kaiaku_log_fn log, void* user) {
  return guard([&] { kaiaku::set_log(log, user); });
}
