package dev.kaiaku.dataset;

/**
 * A conversation that ends with a reply to learn.
 *
 * @param replies messages that the reply is made of
 */
record Sample(Conversation conversation, SampleMeta meta, int replies) {}
