# kaiaku::onednn: oneDNN as unpacked from its Maven artifact, and the OpenMP runtime that it was built with.
set(KAIAKU_ONEDNN_DIR "" CACHE PATH "Folder with oneDNN's include/, libdnnl.so.3 and libgomp.so.1")

foreach(file include/dnnl.hpp libdnnl.so.3 libgomp.so.1)
  if(NOT EXISTS "${KAIAKU_ONEDNN_DIR}/${file}")
    message(FATAL_ERROR "oneDNN: no ${file} in KAIAKU_ONEDNN_DIR='${KAIAKU_ONEDNN_DIR}'. "
                        "Unpack the folder linux-x86_64 of Maven artifact org.bytedeco:dnnl, or build with Maven.")
  endif()
endforeach()

add_library(kaiaku::onednn SHARED IMPORTED)
set_target_properties(kaiaku::onednn PROPERTIES
  IMPORTED_LOCATION "${KAIAKU_ONEDNN_DIR}/libdnnl.so.3"
  INTERFACE_INCLUDE_DIRECTORIES "${KAIAKU_ONEDNN_DIR}/include")
set(KAIAKU_BUNDLED_LIBRARIES "${KAIAKU_ONEDNN_DIR}/libdnnl.so.3" "${KAIAKU_ONEDNN_DIR}/libgomp.so.1")
