/** Replies that models make for evaluation. */
@NullMarked
package dev.kaiaku.eval.generate;

import org.jspecify.annotations.NullMarked;
