# Finds nvcc 12 or 13 (CUDACXX, CUDA_PATH, PATH, /usr/local/cuda). Found: KAIAKU_NVCC, KAIAKU_CUDA_INCLUDE,
# KAIAKU_CUDART and kaiaku_cuda_objects(); not found: the build is for the CPU.
set(KAIAKU_CUDA_ARCHITECTURES "80;86;89;90;100;120" CACHE STRING "GPUs to compile for; newer ones get PTX of the last")

get_filename_component(cudacxx_folder "$ENV{CUDACXX}" DIRECTORY)
find_program(KAIAKU_NVCC nvcc HINTS "${cudacxx_folder}" ENV CUDA_PATH PATHS /usr/local/cuda PATH_SUFFIXES bin)
if(NOT KAIAKU_NVCC)
  message(STATUS "CUDA: nvcc not found, building for the CPU")
  return()
endif()

file(REAL_PATH "${KAIAKU_NVCC}" nvcc)
get_filename_component(toolkit "${nvcc}/../.." ABSOLUTE)
file(GLOB targets "${toolkit}/targets/${CMAKE_SYSTEM_PROCESSOR}-linux" "${toolkit}/targets/sbsa-linux")
find_path(KAIAKU_CUDA_INCLUDE cuda_runtime.h HINTS "${toolkit}/include" ${targets} PATH_SUFFIXES include)
find_library(KAIAKU_CUDART libcudart_static.a HINTS "${toolkit}/lib64" "${toolkit}/lib" ${targets} PATH_SUFFIXES lib)
find_path(KAIAKU_CUBLASLT_INCLUDE cublasLt.h HINTS "${KAIAKU_CUDA_INCLUDE}" ${targets} PATH_SUFFIXES include)
execute_process(COMMAND "${KAIAKU_NVCC}" --version OUTPUT_VARIABLE version)
string(REGEX MATCH "release ([0-9]+)\\.([0-9]+)" version "${version}")
set(KAIAKU_CUDA_VERSION "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
if(NOT KAIAKU_CUDA_INCLUDE OR NOT KAIAKU_CUDART OR KAIAKU_CUDA_VERSION VERSION_LESS 12.0)
  message(STATUS "CUDA: ${KAIAKU_NVCC} is ${KAIAKU_CUDA_VERSION}, include '${KAIAKU_CUDA_INCLUDE}', runtime '${KAIAKU_CUDART}'; "
                 "12.0 or newer with both is needed, building for the CPU")
  set(KAIAKU_NVCC "")
  return()
endif()

# Code for each GPU that this nvcc knows, and PTX of the last one.
execute_process(COMMAND "${KAIAKU_NVCC}" --list-gpu-code OUTPUT_VARIABLE known)
set(KAIAKU_CUDA_CODE "")
set(built "")
foreach(architecture ${KAIAKU_CUDA_ARCHITECTURES})
  if("${known}" MATCHES "sm_${architecture}[\r\n]" OR "${known}" MATCHES "sm_${architecture}$")
    list(APPEND KAIAKU_CUDA_CODE "-gencode=arch=compute_${architecture},code=sm_${architecture}")
    list(APPEND built ${architecture})
  endif()
endforeach()
if(NOT built)
  message(FATAL_ERROR "CUDA: nvcc ${KAIAKU_CUDA_VERSION} knows none of KAIAKU_CUDA_ARCHITECTURES=${KAIAKU_CUDA_ARCHITECTURES}")
endif()
list(GET built -1 last)
list(APPEND KAIAKU_CUDA_CODE "-gencode=arch=compute_${last},code=compute_${last}")
list(JOIN built " " built)
message(STATUS "CUDA: nvcc ${KAIAKU_CUDA_VERSION}, for compute capabilities ${built}")

# objects = what nvcc makes of the sources, with the include folders that follow INCLUDE.
function(kaiaku_cuda_objects objects)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;INCLUDE")
  list(TRANSFORM arg_INCLUDE PREPEND -I)
  set(made "")
  foreach(source ${arg_SOURCES})
    get_filename_component(name "${source}" NAME)
    set(object "${CMAKE_CURRENT_BINARY_DIR}/${name}.o")
    add_custom_command(OUTPUT "${object}"
      COMMAND "${KAIAKU_NVCC}" -c "${source}" -o "${object}" -std=c++17 -O3 --expt-relaxed-constexpr
        -ccbin "${CMAKE_CXX_COMPILER}" -Xcompiler=-fPIC,-fvisibility=hidden,-Wall -Werror=all-warnings
        ${KAIAKU_CUDA_CODE} ${arg_INCLUDE} -MD -MF "${object}.d"
      DEPENDS "${source}" DEPFILE "${object}.d" COMMENT "Compiling ${name} with nvcc" VERBATIM)
    list(APPEND made "${object}")
  endforeach()
  set(${objects} "${made}" PARENT_SCOPE)
endfunction()
