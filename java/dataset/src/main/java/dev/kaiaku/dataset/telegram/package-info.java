/** What Telegram Desktop exports. */
@NullMarked
package dev.kaiaku.dataset.telegram;

import org.jspecify.annotations.NullMarked;
