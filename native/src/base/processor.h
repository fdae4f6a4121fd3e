// Whether this processor can run the files that compute.
#pragma once

#include <string>

namespace kaiaku {

// Throws KAIAKU_UNSUPPORTED where it lacks instructions that they were compiled with.
void require_processor();

// What a processor multiplies bf16 faster with than f32, the fastest last.
enum class Bf16Unit { kNone, kDotProducts, kTiles };

// That of this processor, where the system lets the process use it.
Bf16Unit bf16_unit();

// No faster one from here on, in the whole process: for tests of the others.
void limit_bf16_unit(Bf16Unit fastest);

// What the library was built with, and what this processor adds: version, compiler, instruction set.
std::string build_text();

}  // namespace kaiaku
