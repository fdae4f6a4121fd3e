#include "backend/cuda/cublas_lt.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/error.h"

namespace kaiaku::cuda {
namespace {

constexpr const char* kNames[] = {"libcublasLt.so.13", "libcublasLt.so.12"};

// Folders whose lib/python3.*/ holds packages, the chosen environment first.
std::vector<std::string> python_roots() {
  std::vector<std::string> roots;
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const char* folder = std::getenv(variable)) roots.emplace_back(folder);
  }
  if (const char* home = std::getenv("HOME")) roots.push_back(std::string(home) + "/.local");
  roots.insert(roots.end(), {"/usr/local", "/usr"});
  return roots;
}

// Where toolkits and Python wheels put it.
std::vector<std::string> candidates() {
  std::vector<std::string> folders{""};
  for (const char* variable : {"CUDA_PATH", "CUDA_HOME"}) {
    if (const char* folder = std::getenv(variable)) folders.push_back(std::string(folder) + "/lib64/");
  }
  folders.emplace_back("/usr/local/cuda/lib64/");
  for (const std::string& root : python_roots()) {
    std::error_code ignored;
    for (const auto& python : std::filesystem::directory_iterator(root + "/lib", ignored)) {
      for (const char* packages : {"/site-packages/nvidia/", "/dist-packages/nvidia/"}) {
        folders.push_back(python.path().string() + packages + "cu13/lib/");
        folders.push_back(python.path().string() + packages + "cublas/lib/");
      }
    }
  }
  std::vector<std::string> paths;
  for (const std::string& folder : folders) {
    for (const char* name : kNames) paths.push_back(folder + name);
  }
  return paths;
}

template <class Function>
void find(void* library, const std::string& path, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) fail(KAIAKU_UNSUPPORTED, path, ": it has no ", name);
}

}  // namespace

std::unique_ptr<CublasLt> CublasLt::open() {
  if (const char* path = std::getenv("KAIAKU_CUBLASLT")) {
    if (*path == '\0') return nullptr;
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) fail(KAIAKU_UNSUPPORTED, "KAIAKU_CUBLASLT: ", dlerror());
    return std::unique_ptr<CublasLt>(new CublasLt(library, path));
  }
  for (const std::string& path : candidates()) {
    if (void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
      return std::unique_ptr<CublasLt>(new CublasLt(library, path));
    }
  }
  return nullptr;
}

CublasLt::CublasLt(void* library, std::string path) : library_(library), path_(std::move(path)) {
  find(library, path_, "cublasLtCreate", create);
  find(library, path_, "cublasLtDestroy", destroy);
  find(library, path_, "cublasLtGetVersion", get_version);
  find(library, path_, "cublasLtMatmul", matmul);
  find(library, path_, "cublasLtMatmulDescCreate", desc_create);
  find(library, path_, "cublasLtMatmulDescDestroy", desc_destroy);
  find(library, path_, "cublasLtMatmulDescSetAttribute", desc_set);
  find(library, path_, "cublasLtMatrixLayoutCreate", layout_create);
  find(library, path_, "cublasLtMatrixLayoutDestroy", layout_destroy);
  find(library, path_, "cublasLtMatmulPreferenceCreate", preference_create);
  find(library, path_, "cublasLtMatmulPreferenceDestroy", preference_destroy);
  find(library, path_, "cublasLtMatmulPreferenceSetAttribute", preference_set);
  find(library, path_, "cublasLtMatmulAlgoGetHeuristic", heuristic);
}

CublasLt::~CublasLt() {
  dlclose(library_);
}

}  // namespace kaiaku::cuda
