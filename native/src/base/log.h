// The one way that text leaves the library; silent until a function is set.
#pragma once

#include <string>

#include "kaiaku.h"

namespace kaiaku {

void set_log(kaiaku_log_fn log, void* user);
void log_info(const std::string& text);
void log_warning(const std::string& text);

}  // namespace kaiaku
