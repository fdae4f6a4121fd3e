/** How fast training is on this machine. */
@NullMarked
package dev.kaiaku.trainer.bench;

import org.jspecify.annotations.NullMarked;
