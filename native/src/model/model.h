// A model: its config and frozen weights, filled tensor by tensor and then sealed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/arena.h"
#include "model/weights.h"

namespace kaiaku {

// The bytes of a matrix that is kept as NF4 with double quantisation, on the host.
struct Nf4Bytes {
  int64_t rows, cols;
  std::vector<uint8_t> packed;       // [rows*cols/2, rounded up]
  std::vector<uint8_t> absmax;       // [blocks]
  std::vector<float> nested_absmax;  // [nested blocks]
  float nested_offset;
};

class Model {
 public:
  explicit Model(const ModelConfig& config);

  // What kaiaku_model_set_rows says.
  void set_rows(const std::string& name, int32_t type, int32_t n_dims, const int64_t* shape,
                int64_t first_row, int64_t n_rows, const void* data, int64_t n_bytes);
  // What kaiaku_model_set_nf4 says.
  void set_nf4(const std::string& name, int32_t n_dims, const int64_t* shape, const Nf4& nf4);
  void seal();

  bool sealed() const { return sealed_; }
  const ModelConfig& config() const { return config_; }
  const Weights& weights() const { return *weights_; }
  // Bytes in the memory of the backend, and beside a GPU in the host's.
  int64_t bytes() const;
  int64_t host_bytes() const;

  // A matrix that is kept in blocks of 64 and 256; throws KAIAKU_INVALID_ARGUMENT where it is not.
  Nf4Bytes nf4(const std::string& name) const;

  // What the model of a config will hold, without matrices that are kept as a file has them.
  struct Bytes {
    int64_t device, host;
  };
  static Bytes planned_bytes(const ModelConfig& config);

 private:
  // Where a tensor goes, a part of a frozen matrix or a vector on the device, and how much of it has come.
  struct Slot {
    FrozenMatrix* matrix;
    size_t part;
    float* vector;
    int64_t rows;
    int64_t cols;
    int64_t rows_set;

    int32_t n_dims() const { return matrix == nullptr ? 1 : 2; }
  };

  void add_slot(const std::string& name, FrozenMatrix& matrix, size_t part);
  void add_slot(const std::string& name, float* values, int64_t n);
  void add_norms(int64_t layer, const LayerWeights& weights);
  void add_slots();

  // Of a matrix's memory.
  Backend& backend_of(const FrozenMatrix& matrix) const;
  // The slot of a tensor that may still come, its shape checked.
  Slot& open_slot(const std::string& name, int32_t n_dims, const int64_t* shape);

  std::vector<uint8_t> local_layers_;  // what config_ points to
  ModelConfig config_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Backend> host_;  // null where nothing of it is in the host's memory
  Arena arena_{"weights of the model"};
  Arena host_arena_{"embedding of the model"};
  std::unique_ptr<Weights> weights_;
  std::map<std::string, Slot> slots_;
  bool sealed_ = false;
};

}  // namespace kaiaku
