/** Finds the files of an export and reads them, whatever their formats. */
@NullMarked
package dev.kaiaku.dataset.export;

import org.jspecify.annotations.NullMarked;
