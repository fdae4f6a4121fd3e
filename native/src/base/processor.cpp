// Compiled for the baseline processor, as everything outside backend/cpu is.
#include "base/processor.h"

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

}  // namespace

void require_processor() {
  if (!processor_can_compute()) {
    fail(KAIAKU_UNSUPPORTED, "this processor lacks instructions of ", kArch,
         " (AVX2 and FMA) that the library was built for; rebuild it with -DKAIAKU_ARCH=x86-64");
  }
}

bool has_fast_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

std::string build_text() {
  return text("kaiaku ", KAIAKU_VERSION, ", compiler ", __VERSION__, ", ", kArch.empty() ? "default" : kArch,
              " instructions");
}

}  // namespace kaiaku
