# Sets KAIAKU_LLAMA_BUNDLE: llama.cpp's sources as a git bundle, out of a package that npm fetches. For networks that
# mirror npm's registry but not llama.cpp's repository.
set(package node-llama-cpp-3.22.1)
set(sha512 6e5b488a9b9699cd76dc7eed30880318a4ac4ab866865418795502e3c5d38d55
           bb5c624988927209d95333343f2e25a83e4183a5c2f816f883a60c3ba9f4e20f)
list(JOIN sha512 "" sha512)

set(KAIAKU_LLAMA_BUNDLE "${CMAKE_BINARY_DIR}/npm/package/llama/gitRelease.bundle")
if(NOT EXISTS "${KAIAKU_LLAMA_BUNDLE}")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/npm")
  execute_process(COMMAND npm pack --silent node-llama-cpp@3.22.1
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}/npm" RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE error)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "npm could not fetch node-llama-cpp 3.22.1: ${result} ${error}")
  endif()
  file(SHA512 "${CMAKE_BINARY_DIR}/npm/${package}.tgz" found)
  if(NOT found STREQUAL sha512)
    message(FATAL_ERROR "npm brought another ${package}.tgz than the one that is known: SHA-512 ${found}")
  endif()
  file(ARCHIVE_EXTRACT INPUT "${CMAKE_BINARY_DIR}/npm/${package}.tgz" DESTINATION "${CMAKE_BINARY_DIR}/npm"
    PATTERNS "package/llama/gitRelease.bundle")
endif()
