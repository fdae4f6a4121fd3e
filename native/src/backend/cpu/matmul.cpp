#include <dnnl.hpp>

#include "backend/backend.h"
#include "base/error.h"
namespace kaiaku {
std::string matmul_library() {
  const dnnl_version_t* v = dnnl_version();
  return text("oneDNN ", v->major, ".", v->minor, ".", v->patch);
}
}  // namespace kaiaku
