/** Dates as chat exports write them. */
@NullMarked
package dev.kaiaku.dataset.date;

import org.jspecify.annotations.NullMarked;
