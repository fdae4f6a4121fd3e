package dev.kaiaku.dataset;

import dev.kaiaku.dataset.selection.Score;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a sample comes from; {@code meta} of a line of {@code train.jsonl}.
 *
 * @param session number of the session, from 1 in the order of time
 * @param time of the first message of the reply
 * @param channel name of the channel
 * @param score how good the sample is to learn from, or null where that was not asked
 */
public record SampleMeta(
        int session, Instant time, String channel, @Nullable Score score) {
    /** Of a sample that has no score. */
    public SampleMeta(int session, Instant time, String channel) {
        this(session, time, channel, null);
    }

    /** The same sample with a score. */
    public SampleMeta withScore(@Nullable Score value) {
        return new SampleMeta(session, time, channel, value);
    }
}
