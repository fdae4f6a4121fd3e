/** Messages of a whole export, the texts in a file and the rest in arrays, so that a small memory holds millions. */
@NullMarked
package dev.kaiaku.dataset.store;

import org.jspecify.annotations.NullMarked;
