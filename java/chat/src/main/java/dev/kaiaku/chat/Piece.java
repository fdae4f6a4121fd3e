package dev.kaiaku.chat;

/**
 * A piece of a reply, as it is written: mostly a token's text.
 *
 * @param message which message of the burst it belongs to, counted from 0
 * @param text what comes next in that message
 */
public record Piece(int message, String text) {}
