#include "backend/arena.h"

#include <algorithm>

namespace kaiaku {

void Arena::allocate(Backend& backend) {
  if (bytes_ > 0) block_ = backend.allocate(bytes_, name_);
  used_ = 0;
}

void Arena::allocate_host(Backend& backend) {
  if (bytes_ > 0) block_ = backend.allocate_host(bytes_, name_);
  used_ = 0;
}

std::byte* Arena::take_bytes(int64_t n) {
  constexpr int64_t kUnit = 64;
  const int64_t offset = used_;
  used_ += (n + kUnit - 1) / kUnit * kUnit;
  bytes_ = std::max(bytes_, used_);
  return block_ ? block_.get() + offset : nullptr;
}

}  // namespace kaiaku
