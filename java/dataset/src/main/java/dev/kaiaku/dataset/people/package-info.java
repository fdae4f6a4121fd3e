/** Who wrote, and under which names. */
@NullMarked
package dev.kaiaku.dataset.people;

import org.jspecify.annotations.NullMarked;
