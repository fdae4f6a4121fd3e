# kaiaku_warnings: what every target of ours is compiled with.
option(KAIAKU_WERROR "Fail on compiler warnings" ON)

add_library(kaiaku_warnings INTERFACE)
target_compile_options(kaiaku_warnings INTERFACE -Wall -Wextra -Wshadow $<$<BOOL:${KAIAKU_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>) # a loop that did not become vector code: none does with sanitizers
