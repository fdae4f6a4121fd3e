/** Statistics: areas under curves, intervals, pools, words. */
@NullMarked
package dev.kaiaku.eval.score;

import org.jspecify.annotations.NullMarked;
