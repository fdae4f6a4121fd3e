// The threads of a block as fibers of one processor thread, switched where they wait for each other.
#include <ucontext.h>

#include <csetjmp>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

#include "cuda_device.cuh"
#include "launch.h"

thread_local dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace kaiaku::cuda {
namespace {

constexpr size_t kStackBytes = size_t{128} << 10;

// Fibers that wait for each other: a warp, or a block.
struct Group {
  unsigned size = 0;
  unsigned arrived = 0;
  uint64_t generation = 0;
};

struct Copy {
  void* shared;
  const void* global;
  bool valid;
};

struct Fiber {
  char* stack;
  ucontext_t start;
  jmp_buf resume;
  dim3 index;
  unsigned lane = 0;
  unsigned warp = 0;
  bool started = false;
  bool finished = false;
  std::vector<std::vector<Copy>> copies;
};

// What the lanes of a warp show each other.
struct Exchange {
  float values[kWarp];
  uint32_t a[kWarp][4];
  uint32_t b[kWarp][2];
  const bf16* rows[kWarp];
};

struct Block {
  std::vector<Fiber> fibers;
  std::vector<Group> warps;
  std::vector<Exchange> exchanges;
  Group all;
  Fiber* current = nullptr;
  jmp_buf scheduler;
  ucontext_t scheduler_context;
  const std::function<void()>* body = nullptr;
  std::unique_ptr<char[]> shared;
};

thread_local Block* block = nullptr;
thread_local std::vector<std::unique_ptr<char[]>> stacks;  // used by one launch after the other

void yield() {
  if (_setjmp(block->current->resume) == 0) _longjmp(block->scheduler, 1);
}

void wait(Group& group) {
  const uint64_t generation = group.generation;
  if (++group.arrived == group.size) {
    group.arrived = 0;
    ++group.generation;
    return;
  }
  while (group.generation == generation) yield();
}

void leave(Group& group) {
  if (--group.size > 0 && group.arrived == group.size) {
    group.arrived = 0;
    ++group.generation;
  }
}

void fiber_main() {
  (*block->body)();
  Fiber& fiber = *block->current;
  fiber.finished = true;
  leave(block->warps[fiber.warp]);
  leave(block->all);
  _longjmp(block->scheduler, 1);
}

Group& my_warp() {
  return block->warps[block->current->warp];
}

Exchange& my_exchange() {
  return block->exchanges[block->current->warp];
}

void resume(Fiber& fiber) {
  block->current = &fiber;
  threadIdx = fiber.index;
  if (_setjmp(block->scheduler) != 0) return;
  if (fiber.started) _longjmp(fiber.resume, 1);
  fiber.started = true;
  setcontext(&fiber.start);
}

// Each round gives every fiber a turn; none is left waiting unless the kernel's threads disagree on a
// barrier.
void run_block(dim3 size) {
  const unsigned n = size.x * size.y * size.z;
  block->all = {n, 0, 0};
  for (unsigned i = 0; i < n; ++i) {
    Fiber& fiber = block->fibers[i];
    fiber.started = false;
    fiber.finished = false;
    fiber.copies.assign(1, {});
    fiber.lane = i % kWarp;
    fiber.warp = i / kWarp;
    fiber.index = {i % size.x, i / size.x % size.y, i / size.x / size.y};
    getcontext(&fiber.start);
    fiber.start.uc_stack.ss_sp = fiber.stack;
    fiber.start.uc_stack.ss_size = kStackBytes;
    makecontext(&fiber.start, fiber_main, 0);
  }
  for (unsigned w = 0; w < block->warps.size(); ++w) {
    block->warps[w] = {n - w * kWarp < kWarp ? n - w * kWarp : kWarp, 0, 0};
  }
  for (volatile bool running = true; running;) {
    running = false;
    for (Fiber& fiber : block->fibers) {
      if (fiber.finished) continue;
      resume(fiber);
      running = true;
    }
  }
}

bf16 half_of(uint32_t pair, int index) {
  return {static_cast<uint16_t>(pair >> (16 * index))};
}

// What lane's fragments hold of a [16, 16] and b [16, 8] (PTX ISA, mma.m16n8k16).
float a_value(const Exchange& e, int row, int col) {
  const int lane = row % 8 * 4 + col % 8 / 2;
  return __bfloat162float(half_of(e.a[lane][row / 8 + col / 8 * 2], col % 2));
}

float b_value(const Exchange& e, int row, int col) {
  const int lane = col * 4 + row % 8 / 2;
  return __bfloat162float(half_of(e.b[lane][row / 8], row % 2));
}

void load(uint32_t (&r)[4], const bf16* row, bool transposed) {
  if (reinterpret_cast<uintptr_t>(row) % 16 != 0) throw std::logic_error("ldmatrix: a row is not aligned");
  Exchange& e = my_exchange();
  const int lane = static_cast<int>(block->current->lane);
  e.rows[lane] = row;
  wait(my_warp());
  for (int m = 0; m < 4; ++m) {
    uint32_t pair[2];
    for (int i = 0; i < 2; ++i) {
      const int outer = lane / 4;
      const int inner = lane % 4 * 2 + i;
      pair[i] = transposed ? e.rows[m * 8 + inner][outer].bits : e.rows[m * 8 + outer][inner].bits;
    }
    r[m] = pair[0] | pair[1] << 16;
  }
  wait(my_warp());
}

}  // namespace

void* emulated_shared() {
  return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(block->shared.get()) + 127) / 128 * 128);
}

// This file is compiled without contraction.
float multiply_then_add(float a, float b, float c) {
  return a * b + c;
}

float shuffle_xor(float value, int mask) {
  Exchange& e = my_exchange();
  const auto lane = static_cast<int>(block->current->lane);
  e.values[lane] = value;
  wait(my_warp());
  const float other = e.values[lane ^ mask];
  wait(my_warp());
  return other;
}

void mma(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  Exchange& e = my_exchange();
  const auto lane = static_cast<int>(block->current->lane);
  std::memcpy(e.a[lane], a, sizeof a);
  std::memcpy(e.b[lane], b, sizeof b);
  wait(my_warp());
  for (int i = 0; i < 4; ++i) {
    const int row = lane / 4 + i / 2 * 8;
    const int col = lane % 4 * 2 + i % 2;
    for (int k = 0; k < 16; ++k) d[i] += a_value(e, row, k) * b_value(e, k, col);
  }
  wait(my_warp());
}

void load_matrices(uint32_t (&r)[4], const bf16* row) {
  load(r, row, false);
}

void load_matrices_transposed(uint32_t (&r)[4], const bf16* row) {
  load(r, row, true);
}

void copy_async(void* shared, const void* global, bool valid) {
  if (reinterpret_cast<uintptr_t>(shared) % 16 != 0 ||
      (valid && reinterpret_cast<uintptr_t>(global) % 16 != 0)) {
    throw std::logic_error("cp.async: an address is not aligned");
  }
  block->current->copies.back().push_back({shared, global, valid});
}

void copy_async_commit() {
  block->current->copies.emplace_back();
}

void copy_async_wait_for(int groups) {
  auto& copies = block->current->copies;
  while (copies.size() > static_cast<size_t>(groups) + 1) {
    for (const Copy& copy : copies.front()) {
      if (copy.valid) {
        std::memcpy(copy.shared, copy.global, 16);
      } else {
        std::memset(copy.shared, 0, 16);
      }
    }
    copies.erase(copies.begin());
  }
}

void emulate(dim3 grid, dim3 size, size_t shared_bytes, const std::function<void()>& body) {
  const unsigned n = size.x * size.y * size.z;
  Block here;
  here.fibers = std::vector<Fiber>(n);
  while (stacks.size() < n) stacks.emplace_back(new char[kStackBytes]);
  for (unsigned i = 0; i < n; ++i) here.fibers[i].stack = stacks[i].get();
  here.warps.resize((n + kWarp - 1) / kWarp);
  here.exchanges.resize(here.warps.size());
  here.body = &body;
  here.shared.reset(new char[shared_bytes + 128]);
  block = &here;
  gridDim = grid;
  blockDim = size;
  for (blockIdx.z = 0; blockIdx.z < grid.z; ++blockIdx.z) {
    for (blockIdx.y = 0; blockIdx.y < grid.y; ++blockIdx.y) {
      for (blockIdx.x = 0; blockIdx.x < grid.x; ++blockIdx.x) run_block(size);
    }
  }
  block = nullptr;
}

}  // namespace kaiaku::cuda

void __syncthreads() {
  using namespace kaiaku::cuda;
  wait(block->all);
}

void __syncwarp() {
  using namespace kaiaku::cuda;
  wait(my_warp());
}
