// Shows an importance matrix as llama-quantize reads it: a line for each matrix, its name and the mean of
// each channel.
#include <cstdio>

#include "imatrix-loader.h"

int main(int argc, char** argv) {
  common_imatrix imatrix;
  if (argc != 2 || !common_imatrix_load(argv[1], imatrix) || !imatrix.has_metadata) {
    return 1;
  }
  for (const auto& [name, entry] : imatrix.entries) {
    std::printf("%s", name.c_str());
    for (float sum : entry.sums) {
      std::printf(" %.9g", sum / static_cast<float>(entry.counts[0]));
    }
    std::printf("\n");
  }
  return 0;
}
