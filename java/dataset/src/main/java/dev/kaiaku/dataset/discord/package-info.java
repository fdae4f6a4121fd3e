/** What DiscordChatExporter writes. */
@NullMarked
package dev.kaiaku.dataset.discord;

import org.jspecify.annotations.NullMarked;
