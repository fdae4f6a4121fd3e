/** Whether replies belong to what they answer. */
@NullMarked
package dev.kaiaku.eval.coherence;

import org.jspecify.annotations.NullMarked;
