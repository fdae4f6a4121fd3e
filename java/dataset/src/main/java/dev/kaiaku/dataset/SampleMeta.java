package dev.kaiaku.dataset;

import java.time.Instant;

/**
 * Where a sample comes from; {@code meta} of a line of {@code train.jsonl}.
 *
 * @param session number of the session, from 1 in the order of time
 * @param time of the first message of the reply
 * @param channel name of the channel
 */
public record SampleMeta(int session, Instant time, String channel) {}
