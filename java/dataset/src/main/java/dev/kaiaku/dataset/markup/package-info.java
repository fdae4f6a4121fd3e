/** HTML files, tag by tag. */
@NullMarked
package dev.kaiaku.dataset.markup;

import org.jspecify.annotations.NullMarked;
