@NullMarked
package dev.kaiaku.model.gguf;

import org.jspecify.annotations.NullMarked;
