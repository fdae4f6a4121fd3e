/** Work by several threads whose result does not depend on their number. */
@NullMarked
package dev.kaiaku.dataset.work;

import org.jspecify.annotations.NullMarked;
