/** From conversations to the batches of native calls. */
@NullMarked
package dev.kaiaku.trainer.packing;

import org.jspecify.annotations.NullMarked;
