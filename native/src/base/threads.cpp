#include "base/threads.h"

#include <omp.h>

namespace kaiaku {

int available_threads() {
  return omp_get_num_procs();
}

int threads_or_all(int asked) {
  return asked == 0 ? available_threads() : asked;
}

ThreadScope::ThreadScope(int n) : before_(omp_get_max_threads()) {
  omp_set_num_threads(n);
}

ThreadScope::~ThreadScope() {
  omp_set_num_threads(before_);
}

}  // namespace kaiaku
