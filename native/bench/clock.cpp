#include <algorithm>
#include <chrono>
#include <ctime>

#include "bench.h"

namespace kaiaku::bench {

Seconds best_seconds(int runs, const std::function<void()>& run) {
  using std::chrono::steady_clock;
  run();
  Seconds best{1e30, 1e30};
  for (int i = 0; i < runs; ++i) {
    const auto start = steady_clock::now();
    const std::clock_t processor_start = std::clock();
    run();
    const double processor = static_cast<double>(std::clock() - processor_start) / CLOCKS_PER_SEC;
    best.wall = std::min(best.wall, std::chrono::duration<double>(steady_clock::now() - start).count());
    best.processor = std::min(best.processor, processor);
  }
  return best;
}

}  // namespace kaiaku::bench
