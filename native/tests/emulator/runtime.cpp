// The runtime calls of cuda_runtime.h on the processor's memory.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "launch.h"
#include "machine.h"

struct EmulatedStream {
  std::vector<std::function<void()>> waiting;
};

struct EmulatedEvent {
  EmulatedStream* stream = nullptr;
};

namespace {

constexpr size_t kMemory = size_t{4} << 30;
std::atomic<size_t> taken{0};  // of the device's memory

// A block begins with its size.
constexpr size_t kHeader = 256;

}  // namespace

Machine& emulated_machine() {
  static Machine machine;
  return machine;
}

void kaiaku::cuda::flush(cudaStream_t stream) {
  for (const auto& copy : stream->waiting) copy();
  stream->waiting.clear();
}

const char* cudaGetErrorString(cudaError_t status) {
  return status == cudaSuccess ? "no error" : "out of memory, or no such device";
}

const char* cudaGetErrorName(cudaError_t status) {
  return status == cudaSuccess ? "cudaSuccess" : "cudaError";
}

cudaError_t cudaGetLastError() {
  return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = emulated_machine().driver;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  const Machine& machine = emulated_machine();
  *count = 0;
  if (machine.driver < CUDART_VERSION) return cudaErrorInsufficientDriver;
  if (machine.devices == 0) return cudaErrorNoDevice;
  *count = machine.devices;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device != 0) return cudaErrorInvalidDevice;
  *properties = {"emulated on the processor", kMemory, emulated_machine().major,
                 emulated_machine().minor,    1,       size_t{99} << 10};
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  return device == 0 ? cudaSuccess : cudaErrorInvalidDevice;
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  *free = kMemory - emulated_machine().held_by_others - taken;
  *total = kMemory;
  return cudaSuccess;
}

// Filled with NaN patterns: a kernel that reads what nobody wrote shows.
cudaError_t cudaMalloc(void** pointer, size_t bytes) {
  if (bytes > kMemory - emulated_machine().held_by_others - taken) return cudaErrorMemoryAllocation;
  auto* block = static_cast<char*>(std::aligned_alloc(kHeader, kHeader + (bytes + 255) / 256 * 256));
  if (block == nullptr) return cudaErrorMemoryAllocation;
  std::memcpy(block, &bytes, sizeof bytes);
  std::memset(block + kHeader, 0xff, bytes);
  *pointer = block + kHeader;
  taken += bytes;
  return cudaSuccess;
}

cudaError_t cudaFree(void* pointer) {
  char* block = static_cast<char*>(pointer) - kHeader;
  size_t bytes;
  std::memcpy(&bytes, block, sizeof bytes);
  taken -= bytes;
  std::free(block);
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void** pointer, size_t bytes) {
  *pointer = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  return *pointer == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
}

cudaError_t cudaFreeHost(void* pointer) {
  std::free(pointer);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  stream->waiting.push_back([=] { std::memmove(to, from, bytes); });
  return cudaSuccess;
}

cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width,
                              size_t height, cudaMemcpyKind, cudaStream_t stream) {
  kaiaku::cuda::flush(stream);
  for (size_t i = 0; i < height; ++i) {
    std::memmove(static_cast<char*>(to) + i * to_pitch, static_cast<const char*>(from) + i * from_pitch,
                 width);
  }
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
  kaiaku::cuda::flush(stream);
  std::memset(to, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemset2DAsync(void* to, size_t pitch, int value, size_t width, size_t height,
                              cudaStream_t stream) {
  kaiaku::cuda::flush(stream);
  for (size_t i = 0; i < height; ++i) std::memset(static_cast<char*>(to) + i * pitch, value, width);
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new EmulatedStream;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  kaiaku::cuda::flush(stream);
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t event, unsigned) {
  if (event->stream != nullptr) kaiaku::cuda::flush(event->stream);
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new EmulatedEvent;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  event->stream = stream;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, const void*) {
  return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void*, cudaFuncAttribute, int) {
  return cudaSuccess;
}

namespace kaiaku::cuda {

void check(cudaError_t status, const char* op) {
  if (status == cudaErrorMemoryAllocation) fail(KAIAKU_OUT_OF_MEMORY, op, ": the device has no memory left");
  if (status != cudaSuccess) fail(KAIAKU_INTERNAL, op, ": ", cudaGetErrorString(status));
}

void check_launch(const char*, cudaStream_t) {}

}  // namespace kaiaku::cuda
