/** Personal data in what people write: found, replaced by its type, counted. */
@NullMarked
package dev.kaiaku.dataset.scrub;

import org.jspecify.annotations.NullMarked;
