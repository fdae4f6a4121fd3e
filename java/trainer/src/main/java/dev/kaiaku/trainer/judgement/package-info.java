/** Decisions that a run takes for people: the rate to learn at, when to go back, when to stop. */
@NullMarked
package dev.kaiaku.trainer.judgement;

import org.jspecify.annotations.NullMarked;
