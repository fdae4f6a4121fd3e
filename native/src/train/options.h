// The options of a trainer.
#pragma once

#include "model/config.h"

namespace kaiaku {

using TrainerOptions = kaiaku_trainer_options;

// Throws KAIAKU_INVALID_ARGUMENT, naming the field.
void check_options(const TrainerOptions& options, const ModelConfig& config);

}  // namespace kaiaku
