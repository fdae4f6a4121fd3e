/** What a persona has to be better than. */
@NullMarked
package dev.kaiaku.eval.baseline;

import org.jspecify.annotations.NullMarked;
