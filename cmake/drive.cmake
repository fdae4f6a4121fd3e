# Configures, builds and installs the native library; prints little unless something fails.
#
#   cmake -DSOURCE_DIR=native -DBUILD_DIR=native/build -DINSTALL_DIR=... -DONEDNN_DIR=... [-DTESTS=ON] -P cmake/drive.cmake
#
# TESTS=ON also builds the tests and runs them. A build where nothing changed takes about a second.
cmake_minimum_required(VERSION 3.20)

foreach(name SOURCE_DIR BUILD_DIR INSTALL_DIR ONEDNN_DIR)
  if(NOT ${name})
    message(FATAL_ERROR "drive.cmake: -D${name}=... is missing")
  endif()
  get_filename_component(${name} "${${name}}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
endforeach()

# Runs a command silently; its whole output is shown when it fails.
function(run what output)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT result EQUAL 0)
    message("${out}")
    message(FATAL_ERROR "native library: ${what} failed (${result})")
  endif()
  set(${output} "${out}" PARENT_SCOPE)
endfunction()

# A build tree belongs to the folder that it was made for; one that was moved or copied along is of no use.
if(EXISTS "${BUILD_DIR}/CMakeCache.txt")
  file(STRINGS "${BUILD_DIR}/CMakeCache.txt" home REGEX "^CMAKE_HOME_DIRECTORY:")
  if(NOT home STREQUAL "CMAKE_HOME_DIRECTORY:INTERNAL=${SOURCE_DIR}")
    file(REMOVE_RECURSE "${BUILD_DIR}")
  endif()
endif()

set(configure ${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${BUILD_DIR}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=${INSTALL_DIR} -DKAIAKU_ONEDNN_DIR=${ONEDNN_DIR})
if(TESTS)
  list(APPEND configure -DKAIAKU_TESTS=ON)
endif()
find_program(NINJA NAMES ninja ninja-build)
if(NINJA AND NOT EXISTS "${BUILD_DIR}/Makefile")
  list(APPEND configure -G Ninja)
endif()

run("configuring" output ${configure})
string(REGEX MATCH "CUDA: [^\n]*" backends "${output}")
message("${backends}")
cmake_host_system_information(RESULT processors QUERY NUMBER_OF_LOGICAL_CORES)
run("compiling" output ${CMAKE_COMMAND} --build ${BUILD_DIR} --parallel ${processors})
run("installing" output ${CMAKE_COMMAND} --install ${BUILD_DIR})
if(TESTS)
  run("testing" output ${CMAKE_CTEST_COMMAND} --test-dir ${BUILD_DIR} --output-on-failure)
  string(REGEX MATCH "[0-9]+% tests passed[^\n]*" summary "${output}")
  message("native tests: ${summary}")
endif()
