# -DKAIAKU_SANITIZE=address,undefined instruments everything that is compiled after this line.
set(KAIAKU_SANITIZE "" CACHE STRING "Sanitizers, comma-separated: address,undefined or thread")

if(KAIAKU_SANITIZE)
  add_compile_options(-fsanitize=${KAIAKU_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KAIAKU_SANITIZE})
endif()
# What the tests run with. They ask for more memory than there is, to see the error.
set(KAIAKU_SANITIZER_ENVIRONMENT "ASAN_OPTIONS=allocator_may_return_null=1;UBSAN_OPTIONS=print_stacktrace=1")
