/** What is done to the text of messages before anything else. */
@NullMarked
package dev.kaiaku.dataset.clean;

import org.jspecify.annotations.NullMarked;
