/** JSON files, token by token. */
@NullMarked
package dev.kaiaku.dataset.json;

import org.jspecify.annotations.NullMarked;
