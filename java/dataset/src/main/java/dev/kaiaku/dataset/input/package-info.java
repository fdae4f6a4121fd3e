/** What all readers of files share. */
@NullMarked
package dev.kaiaku.dataset.input;

import org.jspecify.annotations.NullMarked;
