// A model: its config and frozen weights, filled tensor by tensor and then sealed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "model/weights.h"

namespace kaiaku {

class Model {
 public:
  explicit Model(const ModelConfig& config);

  // What kaiaku_model_set_rows says.
  void set_rows(const std::string& name, int32_t type, int32_t n_dims, const int64_t* shape,
                int64_t first_row, int64_t n_rows, const void* data, int64_t n_bytes);
  void seal();

  bool sealed() const { return sealed_; }
  const ModelConfig& config() const { return config_; }
  const Weights& weights() const { return *weights_; }
  int64_t bytes() const { return arena_.bytes(); }

  // What the model of a config will hold.
  static int64_t planned_bytes(const ModelConfig& config);

 private:
  // Where a tensor goes, and how much of it has come.
  struct Slot {
    Matrix values;
    int32_t n_dims;
    int64_t rows_set;
  };

  void add_slot(const std::string& name, Matrix values);
  void add_slot(const std::string& name, float* values, int64_t n);
  void add_norms(int64_t layer, const LayerWeights& weights);
  void add_slots();

  std::vector<uint8_t> local_layers_;  // what config_ points to
  ModelConfig config_;
  Arena arena_{"weights of the model"};
  std::unique_ptr<Weights> weights_;
  std::map<std::string, Slot> slots_;
  bool sealed_ = false;
};

}  // namespace kaiaku
