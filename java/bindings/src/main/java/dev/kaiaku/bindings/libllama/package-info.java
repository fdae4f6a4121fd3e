/** llama.cpp of today, release 0.5: the functions of llama.h that we call, and the objects behind its pointers. */
@NullMarked
package dev.kaiaku.bindings.libllama;

import org.jspecify.annotations.NullMarked;
