package dev.kaiaku.serve.discord;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Decides whether a message is answered. Thread-safe. */
final class ReplyRule {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final DiscordOptions options;
    private final DoubleSupplier chance;
    private final Map<Long, Deque<Instant>> answered = new HashMap<>();

    /**
     * What the rule looks at.
     *
     * @param server id, 0 for a private message
     * @param bot whether a program wrote it
     * @param addressed whether it mentions the bot or replies to it
     */
    record Heard(long server, long channel, boolean bot, boolean addressed, Instant time) {}

    /** @param chance draws from 0 to 1 */
    ReplyRule(DiscordOptions options, DoubleSupplier chance) {
        this.options = options;
        this.chance = chance;
    }

    /** Whether to answer; an answer counts against the channel's rate from then on. */
    synchronized boolean answers(Heard heard) {
        if (heard.bot() || !allowed(heard)) {
            return false;
        }
        if (!heard.addressed() && chance.getAsDouble() >= options.chattiness()) {
            return false;
        }
        Deque<Instant> recent = answered.computeIfAbsent(heard.channel(), channel -> new ArrayDeque<>());
        while (!recent.isEmpty() && recent.getFirst().isBefore(heard.time().minus(MINUTE))) {
            recent.removeFirst();
        }
        if (recent.size() >= options.repliesPerMinute()) {
            return false;
        }
        recent.addLast(heard.time());
        return true;
    }

    private boolean allowed(Heard heard) {
        return heard.server() != 0
                && (options.servers().isEmpty() || options.servers().contains(heard.server()))
                && (options.channels().isEmpty() || options.channels().contains(heard.channel()));
    }
}
