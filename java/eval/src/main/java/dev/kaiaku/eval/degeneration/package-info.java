/** Replies that repeat themselves or fall apart. */
@NullMarked
package dev.kaiaku.eval.degeneration;

import org.jspecify.annotations.NullMarked;
