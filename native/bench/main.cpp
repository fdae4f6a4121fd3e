#include <cstdio>
#include <exception>
#include <string>

#include "base/error.h"
#include "bench.h"

namespace {

using kaiaku::bench::Options;

constexpr const char* kUsage =
    R"(kaiaku-bench step [OPTION...]       a step of training: tokens a second, share of a product's rate, memory
kaiaku-bench ops [OPTION...]        each operation of it, against the roof that bounds it
kaiaku-bench op NAME [OPTION...]    those whose name holds NAME, such as attention

  --shape NAME            sizes of a model (smollm2-135m), its weights random
  --rows N                sequences of a step; or --tokens T in all (1152)
  --seq-len N             tokens of a sequence (144)
  --target-share X        share of them that is learned, at each sequence's end (0.3)
  --rank R                of LoRA (16)
  --device cpu|N          a GPU by its number (cpu)
  --weights f32|bf16|nf4  (f32)       --compute f32|bf16   (f32; a GPU computes in bf16)
  --threads N             (all)       --steps N            that are timed, the one in the middle counts (3)
  --profile               also the time of each operation
  --memory-limit SIZE     choose the layout of memory that fits, such as 11.2GiB; else all is kept, or as said by
  --micro-tokens N  --kept-layers N  --cached-layers N  --offload  --host-embedding  --eight-bit-tables
)";

int64_t bytes_of(const std::string& name, const std::string& value) {
  size_t end = 0;
  const double number = std::stod(value, &end);
  const std::string unit = value.substr(end);
  const int shift = unit == "GiB" ? 30 : unit == "MiB" ? 20 : -1;
  kaiaku::require(shift > 0 && number > 0, name, " is ", value, ", expected a size such as 11.2GiB");
  return static_cast<int64_t>(number * static_cast<double>(int64_t{1} << shift));
}

bool parse_switch(const std::string& name, Options& options) {
  if (name == "--profile") return options.profile = true;
  if (name == "--offload") return options.offload = true;
  if (name == "--host-embedding") return options.host_embedding = true;
  if (name == "--eight-bit-tables") return options.eight_bit_tables = true;
  return false;
}

Options parse(int argc, char** argv, int first) {
  Options options;
  int rows = 0;
  for (int i = first; i < argc; ++i) {
    const std::string name = argv[i];
    if (parse_switch(name, options)) continue;
    kaiaku::require(i + 1 < argc, name, " needs a value");
    const std::string value = argv[++i];
    if (name == "--shape") {
      options.shape = value;
    } else if (name == "--rows") {
      rows = std::stoi(value);
    } else if (name == "--tokens") {
      options.tokens = std::stoi(value);
    } else if (name == "--seq-len") {
      options.seq_len = std::stoi(value);
    } else if (name == "--micro-tokens") {
      options.micro_tokens = std::stoi(value);
    } else if (name == "--rank") {
      options.rank = std::stoi(value);
    } else if (name == "--target-share") {
      options.target_share = std::stod(value);
    } else if (name == "--threads") {
      options.threads = std::stoi(value);
    } else if (name == "--kept-layers") {
      options.kept_layers = std::stoi(value);
    } else if (name == "--cached-layers") {
      options.cached_layers = std::stoi(value);
    } else if (name == "--memory-limit") {
      options.memory_limit = bytes_of(name, value);
    } else if (name == "--weights") {
      options.weights = value == "f32"    ? KAIAKU_WEIGHTS_F32
                        : value == "bf16" ? KAIAKU_WEIGHTS_BF16
                        : value == "nf4"  ? KAIAKU_WEIGHTS_NF4
                                          : -1;
      kaiaku::require(options.weights >= 0, name, " is ", value, ", expected f32, bf16 or nf4");
    } else if (name == "--compute") {
      kaiaku::require(value == "f32" || value == "bf16", name, " is ", value, ", expected f32 or bf16");
      options.compute = value == "f32" ? KAIAKU_COMPUTE_F32 : KAIAKU_COMPUTE_BF16;
    } else if (name == "--device") {
      options.device = value == "cpu" ? -1 : std::stoi(value);
    } else if (name == "--steps") {
      options.steps = std::stoi(value);
    } else {
      kaiaku::fail(KAIAKU_INVALID_ARGUMENT, "unknown option ", name);
    }
  }
  if (rows > 0) options.tokens = rows * options.seq_len;
  if (options.micro_tokens == 0) options.micro_tokens = options.tokens;
  // A GPU has no other.
  if (options.device >= 0) options.compute = KAIAKU_COMPUTE_BF16;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  try {
    if (what == "step") {
      kaiaku::bench::step_bench(parse(argc, argv, 2));
    } else if (what == "ops") {
      kaiaku::bench::op_bench(parse(argc, argv, 2), "");
    } else if (what == "op" && argc > 2) {
      kaiaku::bench::op_bench(parse(argc, argv, 3), argv[2]);
    } else {
      std::fputs(kUsage, stderr);
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kaiaku-bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
