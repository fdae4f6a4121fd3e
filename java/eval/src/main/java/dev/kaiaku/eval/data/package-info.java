/** Data sets as evaluation sees them. */
@NullMarked
package dev.kaiaku.eval.data;

import org.jspecify.annotations.NullMarked;
