#include <cstring>
#include <new>

#include "backend/cpu/cpu_backend.h"
#include "base/error.h"

namespace kaiaku {
namespace {

constexpr std::align_val_t kAlignment{64};

void release(std::byte* block) {
  ::operator delete(block, kAlignment);
}

}  // namespace

std::shared_ptr<std::byte> CpuBackend::allocate(int64_t n, const std::string& name) {
  void* block = ::operator new(static_cast<size_t>(n), kAlignment, std::nothrow);
  if (block == nullptr) fail(KAIAKU_OUT_OF_MEMORY, name, ": ", n, " bytes asked for");
  std::memset(block, 0, static_cast<size_t>(n));
  return {static_cast<std::byte*>(block), release};
}

void CpuBackend::upload(const void* from, int64_t n, void* to) {
  std::memcpy(to, from, static_cast<size_t>(n));
}

void CpuBackend::download(const void* from, int64_t n, void* to) {
  std::memcpy(to, from, static_cast<size_t>(n));
}

void CpuBackend::zero(void* to, int64_t n) {
  std::memset(to, 0, static_cast<size_t>(n));
}

}  // namespace kaiaku
