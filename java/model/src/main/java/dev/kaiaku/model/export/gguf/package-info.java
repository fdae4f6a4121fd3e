@NullMarked
package dev.kaiaku.model.export.gguf;

import org.jspecify.annotations.NullMarked;
