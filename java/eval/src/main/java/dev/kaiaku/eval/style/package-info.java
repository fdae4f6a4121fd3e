/** Whether messages sound like one person. */
@NullMarked
package dev.kaiaku.eval.style;

import org.jspecify.annotations.NullMarked;
