/** The habits that show on the surface of messages. */
@NullMarked
package dev.kaiaku.eval.profile;

import org.jspecify.annotations.NullMarked;
