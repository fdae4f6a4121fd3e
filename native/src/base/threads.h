// How many threads the loops and matrix products of a call use.
#pragma once

namespace kaiaku {

// Processors that this process may use.
int available_threads();

// All of them where 0 is asked for, else what is asked for.
int threads_or_all(int asked);

// OpenMP's thread count for a scope, on the calling thread only.
class ThreadScope {
 public:
  explicit ThreadScope(int n);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace kaiaku
