// Whether this processor can run the files that compute.
#pragma once

#include <string>

namespace kaiaku {

// Throws KAIAKU_UNSUPPORTED where it lacks instructions that they were compiled with.
void require_processor();

// What the library was built with: version, compiler, instruction set.
std::string build_text();

}  // namespace kaiaku
