package dev.kaiaku.serve.discord;

import java.util.Set;

/**
 * Where and when the bot speaks.
 *
 * @param servers ids of servers that it may speak in; empty for every one that it was invited to
 * @param channels ids of channels that it may speak in; empty for all of those servers
 * @param chattiness probability of answering a message that does not address it, from 0 to 1
 * @param historyMessages how many of a channel's last messages it reads before it answers
 * @param repliesPerMinute most replies in one channel
 */
public record DiscordOptions(
        Set<Long> servers, Set<Long> channels, double chattiness, int historyMessages, int repliesPerMinute) {
    public DiscordOptions {
        servers = Set.copyOf(servers);
        channels = Set.copyOf(channels);
        if (!(chattiness >= 0 && chattiness <= 1)) {
            throw new IllegalArgumentException("expected a chattiness from 0 to 1, got " + chattiness);
        }
        if (historyMessages < 1 || historyMessages > 100) {
            throw new IllegalArgumentException("expected 1 to 100 messages of history, got " + historyMessages);
        }
        if (repliesPerMinute < 1) {
            throw new IllegalArgumentException("expected at least 1 reply a minute, got " + repliesPerMinute);
        }
    }
}
