/** How much memory there is, and what a run makes of it. */
@NullMarked
package dev.kaiaku.trainer.memory;

import org.jspecify.annotations.NullMarked;
