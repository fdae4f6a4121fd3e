/** What a run leaves on the disk so that nothing is lost. */
@NullMarked
package dev.kaiaku.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
