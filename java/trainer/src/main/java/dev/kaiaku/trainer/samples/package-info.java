/** What a persona says while it is being trained. */
@NullMarked
package dev.kaiaku.trainer.samples;

import org.jspecify.annotations.NullMarked;
