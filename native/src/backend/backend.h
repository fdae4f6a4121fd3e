#pragma once
#include <string>
namespace kaiaku {
// Name and version of the library behind the matrix products.
std::string matmul_library();
}  // namespace kaiaku
