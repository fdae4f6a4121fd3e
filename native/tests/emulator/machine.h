// The machine that the emulator plays, for tests of what can be wrong with one.
#pragma once

#include <cstddef>

struct Machine {
  int driver = 13000;  // the newest CUDA that it runs; 0: none is installed
  int devices = 1;
  int major = 8, minor = 0;
  size_t held_by_others = 0;  // of the device's memory
};

Machine& emulated_machine();
