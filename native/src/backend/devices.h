// The GPUs of this machine, as far as this build can use them, and backends for them and the processor.
// Without a CUDA backend no_cuda.cpp answers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "kaiaku.h"

namespace kaiaku {

// The backends of this build, for people: "cpu" or "cpu, cuda 13.0".
std::string backends_text();

int32_t device_count();

// Throws KAIAKU_UNSUPPORTED with the reason where there is no such device.
void device_get(int32_t index, kaiaku_device_info* info);

// On GPU index; throws KAIAKU_UNSUPPORTED with the reason where it cannot be used.
std::unique_ptr<Backend> open_gpu(int32_t index);

// On the processor (-1) or a GPU.
std::unique_ptr<Backend> open_backend(int32_t device);

// Bytes that Backend::prepare of such a backend is handed.
int64_t backend_scratch(int32_t device);

// Floats a token that attention_backward of such a backend needs for itself.
int64_t attention_scratch(int32_t device, int64_t n_heads, int64_t head_dim);

}  // namespace kaiaku
