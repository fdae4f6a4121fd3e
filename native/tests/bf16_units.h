// Tests by each unit that this processor multiplies bf16 with.
#pragma once

#include <functional>
#include <stdexcept>

#include "base/processor.h"
#include "check.h"

namespace kaiaku::test {

// The processor as one whose fastest unit this is, for a scope.
class UnitScope {
 public:
  explicit UnitScope(Bf16Unit fastest) { limit_bf16_unit(fastest); }
  ~UnitScope() { limit_bf16_unit(Bf16Unit::kTiles); }
  UnitScope(const UnitScope&) = delete;
  UnitScope& operator=(const UnitScope&) = delete;
};

// body without any unit, and with each that there is.
inline void with_each_bf16_unit(const std::function<void()>& body) {
  const Bf16Unit best = bf16_unit();
  for (const Bf16Unit unit : {Bf16Unit::kNone, Bf16Unit::kDotProducts, Bf16Unit::kTiles}) {
    if (unit > best) break;
    const UnitScope scope(unit);
    try {
      body();
    } catch (const std::exception& error) {
      throw std::runtime_error(text("bf16 unit ", static_cast<int>(unit), ": ", error.what()));
    }
  }
}

}  // namespace kaiaku::test
