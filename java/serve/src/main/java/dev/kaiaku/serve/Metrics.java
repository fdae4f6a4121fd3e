package dev.kaiaku.serve;

import dev.kaiaku.chat.ReplyStats;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts of what the server did, in the text format of Prometheus. Thread-safe. */
final class Metrics {
    private final Map<Integer, LongAdder> requests = new ConcurrentHashMap<>();
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder reusedTokens = new LongAdder();
    private final LongAdder tokens = new LongAdder();
    private final LongAdder millis = new LongAdder();
    private final LongAdder vanished = new LongAdder();

    void request(int status) {
        requests.computeIfAbsent(status, key -> new LongAdder()).increment();
    }

    void reply(ReplyStats stats) {
        promptTokens.add(stats.promptTokens());
        reusedTokens.add(Math.max(0, stats.reusedTokens()));
        tokens.add(stats.tokens());
        millis.add(stats.total().toMillis());
    }

    void clientVanished() {
        vanished.increment();
    }

    String text(int inside) {
        StringBuilder out = new StringBuilder();
        out.append("# TYPE kaiaku_requests_total counter\n");
        new TreeMap<>(requests)
                .forEach((status, count) -> out.append("kaiaku_requests_total{status=\"")
                        .append(status)
                        .append("\"} ")
                        .append(count.sum())
                        .append('\n'));
        counter(out, "kaiaku_prompt_tokens_total", promptTokens.sum());
        counter(out, "kaiaku_reused_tokens_total", reusedTokens.sum());
        counter(out, "kaiaku_reply_tokens_total", tokens.sum());
        counter(out, "kaiaku_reply_milliseconds_total", millis.sum());
        counter(out, "kaiaku_clients_vanished_total", vanished.sum());
        out.append("# TYPE kaiaku_requests_inside gauge\nkaiaku_requests_inside ")
                .append(inside)
                .append('\n');
        return out.toString();
    }

    private static void counter(StringBuilder out, String name, long value) {
        out.append("# TYPE ").append(name).append(" counter\n");
        out.append(name).append(' ').append(value).append('\n');
    }
}
