# -DKAIAKU_SANITIZE=address,undefined instruments everything that is compiled after this line.
set(KAIAKU_SANITIZE "" CACHE STRING "Sanitizers, comma-separated: address,undefined or thread")

if(KAIAKU_SANITIZE)
  add_compile_options(-fsanitize=${KAIAKU_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KAIAKU_SANITIZE})
endif()
