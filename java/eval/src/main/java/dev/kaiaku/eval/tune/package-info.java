/** Chooses what a persona is made with: arms are trained, measured on the same held-out replies, and halved. */
@NullMarked
package dev.kaiaku.eval.tune;

import org.jspecify.annotations.NullMarked;
