// kaiaku-bench step|ops [--shape NAME] [--tokens T] [--seq-len N] [--rank R] [--target-share X] [--threads N]
//                       [--device cpu|N] [--profile] [--kept-layers N] [--steps N] [--weights f32|bf16|nf4]
//                       [--compute f32|bf16]
#include <cstdio>
#include <exception>
#include <string>

#include "base/error.h"
#include "bench.h"

namespace {

using kaiaku::bench::Options;

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 2; i < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--profile") {
      options.profile = true;
      --i;
      continue;
    }
    kaiaku::require(i + 1 < argc, name, " needs a value");
    const std::string value = argv[i + 1];
    if (name == "--shape") {
      options.shape = value;
    } else if (name == "--tokens") {
      options.tokens = std::stoi(value);
    } else if (name == "--seq-len") {
      options.seq_len = std::stoi(value);
    } else if (name == "--rank") {
      options.rank = std::stoi(value);
    } else if (name == "--target-share") {
      options.target_share = std::stod(value);
    } else if (name == "--threads") {
      options.threads = std::stoi(value);
    } else if (name == "--kept-layers") {
      options.kept_layers = std::stoi(value);
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
  // A GPU has no other.
  if (options.device >= 0) options.compute = KAIAKU_COMPUTE_BF16;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  try {
    if (what == "step") {
      kaiaku::bench::step_bench(parse(argc, argv));
    } else if (what == "ops") {
      kaiaku::bench::op_bench(parse(argc, argv));
    } else {
      std::fprintf(stderr, "usage: kaiaku-bench step|ops [--shape NAME] [--tokens T] ...\n");
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kaiaku-bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
