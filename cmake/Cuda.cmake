# Says which backends are built. There is one so far: the CPU's.
find_program(KAIAKU_NVCC nvcc HINTS ENV CUDACXX ENV CUDA_PATH PATH_SUFFIXES bin)

if(KAIAKU_NVCC)
  message(STATUS "CUDA: this version has no CUDA backend yet, building for the CPU")
else()
  message(STATUS "CUDA: nvcc not found, building for the CPU")
endif()
