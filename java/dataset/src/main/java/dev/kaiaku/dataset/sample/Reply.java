package dev.kaiaku.dataset.sample;

import java.time.Instant;

/**
 * A reply of the persona and what it answers: the unit that is scored, kept or left out. A conversation of several
 * turns has several replies.
 *
 * @param number from 0 in the order of time; those held out come last
 * @param session number of the session, from 1 in the order of time
 * @param time of the first message of the reply
 * @param context the user turn before it, lines {@code [author]: text}
 * @param text the persona's messages, one a line; a newline inside a message is a newline and two spaces
 * @param messages how many these are
 * @param reactions that its messages received; 0 where the format does not tell
 */
public record Reply(int number, int session, Instant time, String context, String text, int messages, int reactions) {}
