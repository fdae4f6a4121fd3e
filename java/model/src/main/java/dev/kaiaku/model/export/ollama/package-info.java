@NullMarked
package dev.kaiaku.model.export.ollama;

import org.jspecify.annotations.NullMarked;
