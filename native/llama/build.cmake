# Builds libllama and installs it into the user's cache; prints the steps of the build.
#
#   cmake -DBUILD_DIR=... [-DINSTALL_DIR=...] [-DSOURCES=llama.cpp] -P native/llama/build.cmake
#
# Without SOURCES (or the environment variable FETCHCONTENT_SOURCE_DIR_LLAMA) llama.cpp's repository is asked, then npm.
cmake_minimum_required(VERSION 3.20)

if(NOT BUILD_DIR)
  message(FATAL_ERROR "build.cmake: -DBUILD_DIR=... is missing")
endif()
if(NOT SOURCES)
  set(SOURCES "$ENV{FETCHCONTENT_SOURCE_DIR_LLAMA}")
endif()
if(NOT INSTALL_DIR)
  # Where the Java class CacheFolder looks.
  if(NOT "$ENV{KAIAKU_CACHE}" STREQUAL "")
    set(INSTALL_DIR "$ENV{KAIAKU_CACHE}/libllama-0.5")
  elseif("$ENV{XDG_CACHE_HOME}" MATCHES "^/")
    set(INSTALL_DIR "$ENV{XDG_CACHE_HOME}/kaiaku/libllama-0.5")
  else()
    set(INSTALL_DIR "$ENV{HOME}/.cache/kaiaku/libllama-0.5")
  endif()
endif()

set(configure ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${BUILD_DIR}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=${INSTALL_DIR})
find_program(NINJA NAMES ninja ninja-build)
if(NINJA AND NOT EXISTS "${BUILD_DIR}/Makefile")
  list(APPEND configure -G Ninja)
endif()

set(attempts "KAIAKU_LLAMA_FROM=git" "KAIAKU_LLAMA_FROM=npm")
if(SOURCES)
  set(attempts "FETCHCONTENT_SOURCE_DIR_LLAMA=${SOURCES}")
endif()
set(reasons "")
foreach(attempt ${attempts})
  execute_process(COMMAND ${CMAKE_COMMAND} -E env GIT_TERMINAL_PROMPT=0 ${configure} -D${attempt}
    RESULT_VARIABLE result OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(result EQUAL 0)
    break()
  endif()
  string(APPEND reasons "${out}\n")
  file(REMOVE_RECURSE "${BUILD_DIR}/_deps")
endforeach()
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${reasons}\nlibllama: cannot be configured with ${attempts}")
endif()

cmake_host_system_information(RESULT processors QUERY NUMBER_OF_LOGICAL_CORES)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD_DIR} --target kaiaku_llama --parallel ${processors}
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "libllama: compiling failed")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --component kaiaku
  RESULT_VARIABLE result OUTPUT_VARIABLE out ERROR_VARIABLE out)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "libllama: installing failed: ${out}")
endif()
message(STATUS "libllama: ${INSTALL_DIR}")
