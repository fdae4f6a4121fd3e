#include <algorithm>
#include <chrono>
#include <ctime>

#include "bench.h"

namespace kaiaku::bench {
namespace {

struct Runs {
  std::vector<double> wall, processor;  // rising
};

Runs timed(int runs, const std::function<void()>& run) {
  using std::chrono::steady_clock;
  run();
  Runs times;
  for (int i = 0; i < runs; ++i) {
    const auto start = steady_clock::now();
    const std::clock_t processor_start = std::clock();
    run();
    times.processor.push_back(static_cast<double>(std::clock() - processor_start) / CLOCKS_PER_SEC);
    times.wall.push_back(std::chrono::duration<double>(steady_clock::now() - start).count());
  }
  std::sort(times.wall.begin(), times.wall.end());
  std::sort(times.processor.begin(), times.processor.end());
  return times;
}

}  // namespace

Seconds best_seconds(int runs, const std::function<void()>& run) {
  const Runs times = timed(runs, run);
  return {times.wall.front(), times.processor.front()};
}

Seconds median_seconds(int runs, const std::function<void()>& run) {
  const Runs times = timed(runs, run);
  return {times.wall[times.wall.size() / 2], times.processor[times.processor.size() / 2]};
}

}  // namespace kaiaku::bench
