package dev.kaiaku.dataset.sample;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.SampleMeta;

/** A conversation that ends with a reply to learn, and where it comes from. */
public record Sample(Conversation conversation, SampleMeta meta) {}
