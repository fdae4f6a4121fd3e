# kaiaku_compute_flags: flags of the files that compute. The rest is compiled for any processor of the family, so that
# the library can say what is missing instead of stopping at an unknown instruction.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(KAIAKU_ARCH "x86-64-v3" CACHE STRING "-march of the files that compute; empty: the compiler's default")
else()
  set(KAIAKU_ARCH "" CACHE STRING "-march of the files that compute; empty: the compiler's default")
endif()

add_library(kaiaku_compute_flags INTERFACE)
target_compile_options(kaiaku_compute_flags INTERFACE
  -O3 -fno-math-errno -fno-trapping-math -Wno-psabi $<$<BOOL:${KAIAKU_ARCH}>:-march=${KAIAKU_ARCH}>)
