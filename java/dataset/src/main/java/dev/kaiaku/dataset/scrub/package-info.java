/** Private details in what people wrote become typed placeholders before anything else sees the text. */
@NullMarked
package dev.kaiaku.dataset.scrub;

import org.jspecify.annotations.NullMarked;
