package dev.kaiaku.chat;

import java.time.Duration;

/**
 * What a reply took.
 *
 * @param promptTokens tokens of the conversation before it
 * @param reusedTokens of those, how many were still computed from an earlier turn; -1 where the engine does not tell
 * @param tokens tokens written
 * @param firstToken from the start until the first token
 * @param total from the start until the end
 */
public record ReplyStats(int promptTokens, int reusedTokens, int tokens, Duration firstToken, Duration total) {}
