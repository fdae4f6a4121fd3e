/** From messages to samples. */
@NullMarked
package dev.kaiaku.dataset.sample;

import org.jspecify.annotations.NullMarked;
