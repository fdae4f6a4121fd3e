# -DKAIAKU_SANITIZE=address,undefined instruments everything that is compiled after this line.
set(KAIAKU_SANITIZE "" CACHE STRING "Sanitizers, comma-separated: address,undefined or thread")

if(KAIAKU_SANITIZE)
  add_compile_options(-fsanitize=${KAIAKU_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KAIAKU_SANITIZE})
endif()
# What the tests run with. They ask for more memory than there is, to see the error.
set(KAIAKU_SANITIZER_ENVIRONMENT "ASAN_OPTIONS=allocator_may_return_null=1;UBSAN_OPTIONS=print_stacktrace=1")

# ThreadSanitizer doesn't know how OpenMP's threads wait for each other; Archer, which comes with Clang's runtime,
# tells it. oneDNN is not instrumented: what it does inside isn't seen.
if(KAIAKU_SANITIZE MATCHES "thread")
  file(REAL_PATH "${CMAKE_CXX_COMPILER}" compiler)
  get_filename_component(compiler_folder "${compiler}" DIRECTORY)
  find_library(KAIAKU_ARCHER archer HINTS "${compiler_folder}/../lib" NO_CACHE)
  if(NOT KAIAKU_ARCHER)
    message(FATAL_ERROR "thread sanitizer: no libarcher.so beside ${compiler}; use Clang with its libomp (Debian: clang, libomp-dev)")
  endif()
  set(KAIAKU_SANITIZER_ENVIRONMENT "OMP_NUM_THREADS=4;OMP_TOOL_LIBRARIES=${KAIAKU_ARCHER}"
    "TSAN_OPTIONS=ignore_noninstrumented_modules=1:allocator_may_return_null=1")
endif()
