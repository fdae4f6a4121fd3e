// Whether this processor can run the files that compute.
#pragma once

#include <string>

namespace kaiaku {

// Throws KAIAKU_UNSUPPORTED where it lacks instructions that they were compiled with.
void require_processor();

// Whether it multiplies bf16 faster than f32.
bool has_fast_bf16();

// What the library was built with: version, compiler, instruction set.
std::string build_text();

}  // namespace kaiaku
