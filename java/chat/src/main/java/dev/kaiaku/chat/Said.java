package dev.kaiaku.chat;

/**
 * A message of a conversation.
 *
 * @param author who said it; the persona's name for its own
 * @param text may have several lines
 * @param persona whether the persona said it
 */
public record Said(String author, String text, boolean persona) {}
