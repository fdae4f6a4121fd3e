#include "backend/arena.h"

namespace kaiaku {

void Arena::allocate(Backend& backend) {
  if (used_ > 0) block_ = backend.allocate(used_, name_);
  used_ = 0;
}

std::byte* Arena::take_bytes(int64_t n) {
  constexpr int64_t kUnit = 64;
  const int64_t offset = used_;
  used_ += (n + kUnit - 1) / kUnit * kUnit;
  return block_ ? block_.get() + offset : nullptr;
}

}  // namespace kaiaku
