@NullMarked
package dev.kaiaku.model.export.llama;

import org.jspecify.annotations.NullMarked;
