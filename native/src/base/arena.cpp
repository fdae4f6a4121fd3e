#include "base/arena.h"

#include <cstring>
#include <new>

#include "base/error.h"

namespace kaiaku {
namespace {

constexpr std::align_val_t kAlignment{64};

}  // namespace

void Arena::Free::operator()(std::byte* block) const {
  ::operator delete(block, kAlignment);
}

void Arena::allocate() {
  if (used_ > 0) {
    void* block = ::operator new(static_cast<size_t>(used_), kAlignment, std::nothrow);
    if (block == nullptr) fail(KAIAKU_OUT_OF_MEMORY, name_, ": ", used_, " bytes asked for");
    std::memset(block, 0, static_cast<size_t>(used_));
    block_.reset(static_cast<std::byte*>(block));
  }
  used_ = 0;
}

void* Arena::take_bytes(int64_t n) {
  constexpr int64_t kUnit = static_cast<int64_t>(kAlignment);
  const int64_t offset = used_;
  used_ += (n + kUnit - 1) / kUnit * kUnit;
  return block_ ? block_.get() + offset : nullptr;
}

}  // namespace kaiaku
