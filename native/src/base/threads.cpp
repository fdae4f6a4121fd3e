#include "base/threads.h"

#include <omp.h>

namespace kaiaku {

int available_threads() {
  return omp_get_num_procs();
}

ThreadScope::ThreadScope(int n) : before_(omp_get_max_threads()) {
  omp_set_num_threads(n);
}

ThreadScope::~ThreadScope() {
  omp_set_num_threads(before_);
}

}  // namespace kaiaku
