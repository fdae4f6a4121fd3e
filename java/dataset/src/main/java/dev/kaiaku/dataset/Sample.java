package dev.kaiaku.dataset;

/** A conversation that ends with a reply to learn, and where it comes from. */
record Sample(Conversation conversation, SampleMeta meta) {}
