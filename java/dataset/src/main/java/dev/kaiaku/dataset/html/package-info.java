/** Pages that need nothing else: HTML with inline style and inline SVG charts, no script, no other file, no network. */
@NullMarked
package dev.kaiaku.dataset.html;

import org.jspecify.annotations.NullMarked;
