/** Which replies are worth learning from. */
@NullMarked
package dev.kaiaku.dataset.selection;

import org.jspecify.annotations.NullMarked;
