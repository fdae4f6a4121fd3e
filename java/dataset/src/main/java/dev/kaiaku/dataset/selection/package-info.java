/** Which replies are worth learning, and why: scores from features that can be shown, limits, leaks. */
@NullMarked
package dev.kaiaku.dataset.selection;

import org.jspecify.annotations.NullMarked;
