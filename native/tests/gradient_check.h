// Gradients against finite differences.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "check.h"
#include "random.h"

namespace kaiaku::test {

// Fourth-order central difference of loss by *x; its error is of the order of step^4.
inline double finite_difference(float* x, float step, const std::function<double()>& loss) {
  const float before = *x;
  const auto at = [&](float offset) {
    *x = before + offset;
    return loss();
  };
  const double near = at(step) - at(-step);
  const double far = at(2 * step) - at(-2 * step);
  *x = before;
  return (8 * near - far) / (12 * static_cast<double>(step));
}

// Compares gradient with finite differences of loss at every value of x, or at sample of them where there are
// more. The tolerance is relative to the largest value of the gradient.
inline void check_gradient(const char* what, std::vector<float>& x, const std::vector<float>& gradient,
                           const std::function<double()>& loss, double tolerance = 1e-3, int64_t sample = 150,
                           float step = 0.02f) {
  Random random(7);
  double largest = 1e-3;
  for (const float g : gradient) largest = std::max(largest, std::abs(static_cast<double>(g)));
  const int64_t n = static_cast<int64_t>(x.size());
  for (int64_t k = 0; k < std::min(n, sample); ++k) {
    const auto i = static_cast<size_t>(n <= sample ? k : random.below(n));
    const double expected = finite_difference(&x[i], step, loss);
    check_near(gradient[i], expected, tolerance * largest, what, "[", i, "]");
  }
}

// The sum of outputs weighted by fixed values, in double: a loss whose gradient by outputs is those values.
inline double weighted_sum(const std::vector<float>& outputs, const std::vector<float>& weights) {
  double sum = 0;
  for (size_t i = 0; i < outputs.size(); ++i) sum += static_cast<double>(outputs[i]) * weights[i];
  return sum;
}

}  // namespace kaiaku::test
