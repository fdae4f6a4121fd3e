package dev.kaiaku.dataset.sample;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.SampleMeta;
import java.util.List;

/**
 * A conversation that ends with a reply to learn, and where it comes from.
 *
 * @param replies one for each turn that is learned, in order
 */
public record Sample(Conversation conversation, SampleMeta meta, List<Reply> replies) {}
