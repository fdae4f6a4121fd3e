// What is said where there is no GPU to use, or too little of it.
#include "backend/devices.h"

#include "check.h"
#include "machine.h"
#include "tiny_model.h"

using namespace kaiaku;
using namespace kaiaku::test;

namespace {

// A machine that is as it was at the end of a test.
class Changed {
 public:
  explicit Changed(const Machine& machine) { emulated_machine() = machine; }
  ~Changed() { emulated_machine() = Machine(); }
};

void open_device(int32_t index) {
  open_gpu(index);
}

void no_driver() {
  Machine machine;
  machine.driver = 0;
  const Changed changed(machine);
  check(device_count() == 0, "no device");
  check_error(KAIAKU_UNSUPPORTED, "device 0: no NVIDIA driver is installed", [] { open_device(0); });
}

void a_driver_older_than_the_toolkit() {
  Machine machine;
  machine.driver = 12040;
  const Changed changed(machine);
  check(device_count() == 0, "no device");
  check_error(KAIAKU_UNSUPPORTED, "the NVIDIA driver is for CUDA 12.4, this build needs 13.0 or newer",
              [] { open_device(0); });
}

void a_driver_without_a_gpu() {
  Machine machine;
  machine.devices = 0;
  const Changed changed(machine);
  check(device_count() == 0, "no device");
  check_error(KAIAKU_UNSUPPORTED, "device 0: ", [] { open_device(0); });
}

void an_index_out_of_range() {
  check_error(KAIAKU_UNSUPPORTED, "device 1: this machine has 1, counted from 0", [] { open_device(1); });
}

void a_gpu_without_bf16() {
  Machine machine;
  machine.major = 7, machine.minor = 5;
  const Changed changed(machine);
  check_error(KAIAKU_UNSUPPORTED, "compute capability 7.5, bf16 products need 8.0 or newer",
              [] { open_device(0); });
}

void memory_that_another_process_holds() {
  kaiaku_device_info info{};
  device_get(0, &info);
  Machine machine;
  machine.held_by_others = static_cast<size_t>(info.total_bytes) - 1000;
  const Changed changed(machine);
  device_get(0, &info);
  check(info.free_bytes == 1000, "free: ", info.free_bytes);
  ModelConfig config = tiny_config();
  config.device = 0;
  check_error(KAIAKU_OUT_OF_MEMORY, "device 0 has 1000 free of", [&] { Model model(config); });
}

void too_much_is_refused_before_training() {
  ModelConfig config = tiny_config();
  config.device = 0;
  const auto model = tiny_model(config);
  TrainerOptions options = tiny_options();
  options.compute = KAIAKU_COMPUTE_BF16;
  kaiaku_device_info info{};
  device_get(0, &info);
  // Room for a part of it: what was taken is given back.
  Machine machine;
  machine.held_by_others = static_cast<size_t>(info.free_bytes - plan_memory(config, options).adapter - 1000);
  const Changed changed(machine);
  device_get(0, &info);
  const int64_t before = info.free_bytes;
  check_error(KAIAKU_OUT_OF_MEMORY, "bytes asked for, device 0 has", [&] { Trainer(*model, options); });
  device_get(0, &info);
  check(info.free_bytes == before, "free: ", info.free_bytes, ", before: ", before);
}

}  // namespace

int main() {
  return run_tests({
      {"no driver", no_driver},
      {"a driver older than the toolkit", a_driver_older_than_the_toolkit},
      {"a driver without a GPU", a_driver_without_a_gpu},
      {"an index out of range", an_index_out_of_range},
      {"a GPU without bf16", a_gpu_without_bf16},
      {"memory that another process holds", memory_that_another_process_holds},
      {"too much is refused before training", too_much_is_refused_before_training},
  });
}
