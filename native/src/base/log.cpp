#include "base/log.h"

#include <mutex>

namespace kaiaku {
namespace {

struct Log {
  std::mutex mutex;
  kaiaku_log_fn function = nullptr;
  void* user = nullptr;
};

Log& process_log() {
  static Log log;
  return log;
}

void send(int32_t level, const std::string& text) {
  Log& log = process_log();
  const std::lock_guard<std::mutex> lock(log.mutex);
  if (log.function != nullptr) log.function(log.user, level, text.c_str());
}

}  // namespace

void set_log(kaiaku_log_fn function, void* user) {
  Log& log = process_log();
  const std::lock_guard<std::mutex> lock(log.mutex);
  log.function = function;
  log.user = user;
}

void log_info(const std::string& text) {
  send(KAIAKU_LOG_INFO, text);
}

void log_warning(const std::string& text) {
  send(KAIAKU_LOG_WARNING, text);
}

}  // namespace kaiaku
