@NullMarked
package dev.kaiaku.model.tokenizer;

import org.jspecify.annotations.NullMarked;
