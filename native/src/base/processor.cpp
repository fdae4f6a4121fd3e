// Compiled for the baseline processor, as everything outside backend/cpu is.
#include "base/processor.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <atomic>
#include <string_view>

#include "base/error.h"

namespace kaiaku {
namespace {

constexpr std::string_view kArch = KAIAKU_ARCH;

bool processor_can_compute() {
#if defined(__x86_64__)
  const bool avx2 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (kArch == "x86-64-v3") return avx2;
  if (kArch == "x86-64-v4")
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
#endif
  return true;
}

#if defined(__x86_64__)

// Whether the system saves tile registers when it switches threads.
bool system_saves_tiles() {
  constexpr uint32_t kTileState = 3u << 17;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & kTileState) == kTileState;
}

// Linux gives tile registers to processes that ask for them.
bool system_grants_tiles() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  constexpr long kAskForState = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kAskForState, kTileData) == 0;
#else
  return false;
#endif
}

bool has_bf16_tiles() {
  constexpr uint32_t kSystemSavesState = 1u << 27, kBf16Tiles = 1u << 22, kTiles = 1u << 24;
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & kSystemSavesState)) return false;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & kBf16Tiles) || !(d & kTiles)) return false;
  return system_saves_tiles() && system_grants_tiles();
}

Bf16Unit best_bf16_unit() {
  if (!__builtin_cpu_supports("avx512bf16")) return Bf16Unit::kNone;
  return has_bf16_tiles() ? Bf16Unit::kTiles : Bf16Unit::kDotProducts;
}

#else

Bf16Unit best_bf16_unit() {
  return Bf16Unit::kNone;
}

#endif

std::atomic<Bf16Unit> unit_limit{Bf16Unit::kTiles};

const char* unit_text() {
  switch (bf16_unit()) {
    case Bf16Unit::kTiles:
      return " and bf16 tile instructions";
    case Bf16Unit::kDotProducts:
      return " and bf16 dot product instructions";
    default:
      return " instructions";
  }
}

}  // namespace

void require_processor() {
  if (!processor_can_compute()) {
    fail(KAIAKU_UNSUPPORTED, "this processor lacks instructions of ", kArch,
         " (AVX2 and FMA) that the library was built for; rebuild it with -DKAIAKU_ARCH=x86-64");
  }
}

Bf16Unit bf16_unit() {
  static const Bf16Unit best = best_bf16_unit();
  return std::min(best, unit_limit.load());
}

void limit_bf16_unit(Bf16Unit fastest) {
  unit_limit = fastest;
}

std::string build_text() {
  return text("kaiaku ", KAIAKU_VERSION, ", compiler ", __VERSION__, ", ", kArch.empty() ? "default" : kArch,
              unit_text());
}

}  // namespace kaiaku
