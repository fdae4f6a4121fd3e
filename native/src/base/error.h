// Errors: thrown inside the library with the status that the C interface will return.
#pragma once

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>

#include "kaiaku.h"

namespace kaiaku {

class Error : public std::runtime_error {
 public:
  Error(int32_t status, const std::string& message) : std::runtime_error(message), status_(status) {}

  int32_t status() const { return status_; }  // KAIAKU_*

 private:
  int32_t status_;
};

// All parts, one after the other, as text.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

template <class... Parts>
[[noreturn]] void fail(int32_t status, const Parts&... parts) {
  throw Error(status, text(parts...));
}

// Throws KAIAKU_INVALID_ARGUMENT unless the condition holds; parts name the culprit and what was expected.
template <class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) fail(KAIAKU_INVALID_ARGUMENT, parts...);
}

}  // namespace kaiaku
