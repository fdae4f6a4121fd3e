/** What a run is asked for, by what it concerns. */
@NullMarked
package dev.kaiaku.trainer.options;

import org.jspecify.annotations.NullMarked;
