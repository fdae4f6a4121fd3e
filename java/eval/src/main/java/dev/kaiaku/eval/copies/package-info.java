/** What a model repeats of what it learned. */
@NullMarked
package dev.kaiaku.eval.copies;

import org.jspecify.annotations.NullMarked;
