// The whole test framework: named functions that throw when a check fails.
#pragma once

#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"

namespace kaiaku::test {

struct Test {
  const char* name;
  std::function<void()> body;
};

// Runs all tests and says which failed; the exit code of main.
inline int run_tests(const std::vector<Test>& tests) {
  int failures = 0;
  for (const Test& test : tests) {
    try {
      test.body();
      std::printf("ok    %s\n", test.name);
    } catch (const std::exception& error) {
      std::printf("FAIL  %s\n      %s\n", test.name, error.what());
      ++failures;
    }
  }
  return failures == 0 ? 0 : 1;
}

template <class... Parts>
void check(bool condition, const Parts&... parts) {
  if (!condition) throw std::runtime_error(text(parts...));
}

template <class... Parts>
void check_near(double actual, double expected, double tolerance, const Parts&... parts) {
  check(std::abs(actual - expected) <= tolerance, parts..., ": ", actual, ", expected ", expected, " within ",
        tolerance);
}

// body must throw an Error with this status, whose message holds the given word.
inline void check_error(int32_t status, const std::string& word, const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    const std::string message = error.what();
    check(error.status() == status, "status ", error.status(), ", expected ", status, ": ", message);
    check(message.find(word) != std::string::npos, "no '", word, "' in: ", message);
    return;
  }
  throw std::runtime_error(text("no error, expected status ", status, " about ", word));
}

}  // namespace kaiaku::test
