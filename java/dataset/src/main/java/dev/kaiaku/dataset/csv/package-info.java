/** Rows of CSV files. */
@NullMarked
package dev.kaiaku.dataset.csv;

import org.jspecify.annotations.NullMarked;
